"""Parse a `.csv` with a row per sample and a column per channel, with or without a header."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gemel.errors import ItemError
from gemel.inputs.decimal import decimal
from gemel.inputs.series.recording import Recording, recorded

Row: TypeAlias = tuple[int, list[str]]
"""The number of a line, and its cells."""
Read: TypeAlias = Callable[[str], float]

HOLES = frozenset({"na", "n/a", "null", "none"})
"""Words for a missing number: beside numbers in a first line, they name no column."""


def parse_delimited(text: str, named: str) -> Recording:
    """The recording in a delimited text file; errors call the file `named`.

    The separator is whichever of semicolon, tab and comma occurs in most lines, or white space. In
    files separated by semicolons or tabs, a comma is a decimal point. The first line is a header if
    it has no number, or a word that is none of `HOLES` above a column of numbers. With a header,
    columns without any number (dates, remarks) and unnamed columns (the index that pandas writes)
    are left out.

    Raises ItemError with the number of a line that has too few or too many cells, or one that is
    not a number. An empty cell is a missing number, and refused by `recorded`.

    >>> parse_delimited("x,y\\n1,2\\n3,4", "it").columns
    ('x', 'y')
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ItemError(f"{named} is empty: it must hold a line per sample")
    found = {each: sum(each in line for _, line in lines) for each in ";\t,"}
    separator = max(found, key=found.__getitem__) if any(found.values()) else " "
    read = decimal if separator in ";\t" else float
    rows = [(number, _cells(line, separator)) for number, line in lines]
    _refuse_uneven(rows, named)
    names = None
    if _is_header(rows, read):
        names, rows = _under_header(rows, read, named)
    values = [_sample(cells, f"line {number} of {named}", read) for number, cells in rows]
    width = len(rows[0][1] if names is None else names)
    return recorded(np.array(values, np.float64).reshape(-1, width), named, names)


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    try:
        return next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return line.split(separator)


def _is_header(rows: list[Row], read: Read) -> bool:
    """Whether the first line names the columns. A typo such as 1.O is no name: names begin with a
    letter."""
    first, others = rows[0][1], [cells for _, cells in rows[1:]]
    if not any(_is_number(cell, read) for cell in first):
        return True
    words = [
        column
        for column, cell in enumerate(first)
        if cell.strip()[:1].isalpha()
        and cell.strip().lower() not in HOLES
        and not _is_number(cell, read)
    ]
    return any(all(_is_number(cells[column], read) for cells in others) for column in words)


def _under_header(rows: list[Row], read: Read, named: str) -> tuple[tuple[str, ...], list[Row]]:
    """The names of the columns that are read, and these columns of the rows below the header."""
    (_, header), *below = rows
    names = tuple(cell.strip().lower() for cell in header)
    _refuse_twins(names, named)
    held = [
        column
        for column, name in enumerate(names)
        if (name or not any(names)) and any(_is_number(cells[column], read) for _, cells in below)
    ]
    if not held:
        return names, below
    return (
        tuple(names[column] for column in held),
        [(number, [cells[column] for column in held]) for number, cells in below],
    )


def _refuse_uneven(rows: list[Row], named: str) -> None:
    width = len(rows[0][1])
    for number, cells in rows:
        if len(cells) != width:
            raise ItemError(
                f"line {number} of {named} must have {width} cells like the first line, got "
                f"{len(cells)}"
            )


def _refuse_twins(names: tuple[str, ...], named: str) -> None:
    twin = next((name for name in names if name and names.count(name) > 1), None)
    if twin is not None:
        raise ItemError(f"{named} has two columns {twin!r}: rename one of them")


def _sample(cells: list[str], where: str, read: Read) -> list[float]:
    numbers = [_number(cell, read) for cell in cells]
    if None in numbers:
        wrong = cells[numbers.index(None)]
        raise ItemError(f"{where} must hold numbers, got {wrong[:40]!r}")
    return [each for each in numbers if each is not None]


def _is_number(cell: str, read: Read) -> bool:
    return bool(cell.strip()) and _number(cell, read) is not None


def _number(cell: str, read: Read) -> float | None:
    if not cell.strip():
        return float("nan")
    try:
        return None if "_" in cell else read(cell)  # Python would read 1_0 as 10
    except ValueError:
        return None
