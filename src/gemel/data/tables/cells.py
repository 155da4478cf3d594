"""Parse and check the cells of a table: paths, parts, yes or no, and items."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from gemel.counting import count, examples
from gemel.data.dataset import SPLIT_WORDS, Items
from gemel.data.sources import FileItems, MemoryItems
from gemel.data.tables.lines import BROKEN
from gemel.data.tables.rows import Rows
from gemel.errors import DataError, MissingData
from gemel.inputs import Kind

Value = TypeVar("Value")

OPPOSITES = {"same": "different", "genuine": "forged"}
"""Yes-or-no columns and the word that they accept for no; for yes they accept their own name."""

ELSEWHERE = (
    ("wahr", "ja", "vrai", "oui", "verdadero", "sí", "vero", "sì", "verdadeiro", "sim", "waar"),
    ("falsch", "nein", "faux", "non", "falso", "não", "onwaar", "nee"),
)
"""Words for true and yes, and for false and no, in other languages of spreadsheets."""


def paths(rows: Rows, columns: tuple[str, ...]) -> list[list[str]]:
    """The normalised paths in each column. Raises MissingData for those that do not exist."""
    folder = rows.path.parent
    known: dict[str, str | None] = {}
    missing: dict[str, tuple[int, str]] = {}
    found: list[list[str]] = []
    for column in columns:
        refuse_empty(rows, column)
        named = [os.path.normpath(cell) for cell in rows.column(column)]
        for path, number in zip(named, rows.numbers, strict=True):
            if path not in known:
                known[path] = _existing(folder, path)
            if known[path] is None:
                missing.setdefault(path, (number, column))
        found.append([known[path] or path for path in named])
    if missing:
        path, (number, column) = next(iter(missing.items()))
        others = count(len(missing) - 1, "more is", "more are")
        more = f", and {others} missing" if len(missing) > 1 else ""
        raise MissingData(
            f"row {number} of {str(rows.path)!r}: the {column} {path!r} does not exist{more}; "
            f"{_remedy(path, folder)}"
        )
    return found


def _existing(folder: Path, path: str) -> str | None:
    """The spelling of a path under which it exists."""
    return next((form for form in _spellings(path) if os.path.lexists(folder / form)), None)


def _spellings(path: str) -> Iterator[str]:
    """Windows separates folders by backslashes; macOS may decompose é into two characters."""
    for each in dict.fromkeys((path, os.path.normpath(path.replace("\\", "/")))):
        yield each
        yield from (unicodedata.normalize(form, each) for form in ("NFC", "NFD"))


def _remedy(path: str, folder: Path) -> str:
    """What to do about a path that does not exist."""
    if path.startswith(("http:/", "https:/")):
        return "what is on the web is not fetched: save the files, and write their paths"
    if path.startswith("["):
        return "lists of numbers are read from the cells of a .jsonl or a .parquet, not from text"
    return f"paths are looked up from the table's folder, {str(folder.resolve())!r}"


def split_codes(rows: Rows) -> list[int]:
    """The codes of the column `split`; -1 for empty cells or without the column.

    Raises DataError for an unknown word.
    """
    must = "train, validation (or val, dev) or test, or empty"
    return parsed(rows, "split", lambda cell: SPLIT_WORDS.get(cell.lower()), must)


def yes_or_no(rows: Rows, column: str) -> list[bool]:
    """The cells of a yes-or-no column. Raises DataError for one that is neither."""
    words = dict.fromkeys(("1", "1.0", "true", "yes", *ELSEWHERE[0], column), True)
    words |= dict.fromkeys(("0", "0.0", "false", "no", *ELSEWHERE[1], OPPOSITES[column]), False)
    must = f"1 or 0, true or false, yes or no, {column} or {OPPOSITES[column]}"
    return parsed(rows, column, lambda cell: words.get(cell.lower()), must)


def refuse_empty(rows: Rows, column: str) -> None:
    cells = zip(rows.column(column), rows.numbers, strict=True)
    empty = [str(number) for cell, number in cells if not cell]
    if empty:
        raise DataError(
            f"{str(rows.path)!r}: {column} is empty in row {examples(empty)}: fill it in or remove "
            "the row"
        )


def refuse_broken(rows: Rows, column: str) -> None:
    """Raise DataError for a name with invalid bytes: two names that differ there would be one."""
    for cell, number in zip(rows.column(column), rows.numbers, strict=True):
        if BROKEN in cell:
            raise DataError(
                f"row {number} of {str(rows.path)!r}: {column} must be UTF-8, got {cell!r}: save "
                "the table as UTF-8"
            )


def ignored_columns(rows: Rows, known: Collection[str]) -> tuple[str, ...]:
    """A sentence about columns that are not used; empty if there are none."""
    extra = [name or "one without a name" for name in rows.columns if name not in known]
    return (f"Columns that are not used: {', '.join(extra)}.",) if extra else ()


def duplicates_notice(repeated: int) -> tuple[str, ...]:
    if not repeated:
        return ()
    rows = count(
        repeated, "row that repeats an earlier one is", "rows that repeat an earlier one are"
    )
    return (f"{rows} left out.",)


def ends(rows: Rows, columns: tuple[str, ...], kind: Kind) -> list[list[str]]:
    """The cells of each column: checked and normalised paths, or texts and names of lists as given.

    Raises MissingData for paths that do not exist.
    """
    if in_cells(rows, kind):
        return [rows.column(column) for column in columns]
    return paths(rows, columns)


def in_cells(rows: Rows, kind: Kind) -> bool:
    """Whether the cells are the items, rather than paths of files."""
    return kind == "text" or bool(rows.listed)


def items_of(rows: Rows, cells: Mapping[str, str], kind: Kind) -> Items:
    """The items of a table; `cells` maps each distinct cell to its first place, such as `row 2`."""
    if kind == "text":
        return MemoryItems(tuple(cells.values()), tuple(cells))
    if rows.listed:
        return MemoryItems(tuple(cells), tuple(rows.listed[cell] for cell in cells))
    return FileItems(rows.path.parent, tuple(cells))


def parsed(rows: Rows, column: str, parse: Callable[[str], Value | None], must: str) -> list[Value]:
    """The cells of a column as values. Raises DataError for the first that is not what it must."""
    values = []
    for cell, number in zip(rows.column(column), rows.numbers, strict=True):
        value = parse(cell)
        if value is None:
            raise DataError(
                f"row {number} of {str(rows.path)!r}: {column} must be {must}, got {cell!r}"
            )
        values.append(value)
    return values
