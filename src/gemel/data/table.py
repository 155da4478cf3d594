"""A table of labelled items or of labelled pairs, with paths relative to the table."""

from __future__ import annotations

from pathlib import Path

from gemel.data.cell_kinds import kind_of_cells
from gemel.data.dataset import Dataset
from gemel.data.list_cells import COLUMNS
from gemel.data.rows import Rows, read_rows
from gemel.data.table_items import labelled_items
from gemel.data.table_pairs import graded_pairs, labelled_pairs
from gemel.errors import DataError
from gemel.inputs import Kind


def open_table(path: Path, kind: Kind | None = None) -> Dataset:
    """`item,label[,group][,split][,maker][,genuine]` or `left,right,same|score[,split]` in a file.

    The file is a .csv, .jsonl or .parquet. The cells are paths or texts: `kind` says so, or else
    the cells do; in the latter two they may be sequences too, lists of numbers. Raises DataError
    that names the row, with what was expected and what was found.
    """
    rows = read_rows(path)
    return _opened(rows, kind).noticing(*rows.notices)


def _opened(rows: Rows, kind: Kind | None) -> Dataset:
    folder = rows.path.parent
    if rows.listed:
        kind = _kind_of_lists(rows, kind)
    have = set(rows.columns)
    if {"item", "label"} <= have:
        return labelled_items(rows, kind or kind_of_cells(rows.column("item"), folder))
    if {"left", "right"} <= have and {"same", "score"} & have:
        kind = kind or kind_of_cells([*rows.column("left"), *rows.column("right")], folder)
        return labelled_pairs(rows, kind) if "same" in have else graded_pairs(rows, kind)
    raise DataError(
        f"{str(rows.path)!r} must have the columns item,label (and may have group,split,maker,"
        "genuine) or left,right,same or left,right,score (and may have split); got "
        f"{','.join(rows.columns) or 'none'}"
    )


def _kind_of_lists(rows: Rows, kind: Kind | None) -> Kind:
    """Lists of numbers are sequences; raises DataError where something else is said or beside."""
    if kind not in (None, "series"):
        raise DataError(
            f"{str(rows.path)!r} holds lists of numbers in its cells, which are sequences, and "
            f"items of the kind {kind} were asked for: leave out --kind, or pass other data"
        )
    beside = [name for name in COLUMNS if name in rows.columns and not _holds_lists(rows, name)]
    if beside:
        raise DataError(
            f"{str(rows.path)!r} holds lists of numbers, but none in the column {beside[0]}: give "
            "every column of items lists, or files"
        )
    return "series"


def _holds_lists(rows: Rows, name: str) -> bool:
    return all(cell in rows.listed for cell in rows.column(name))
