"""Open a table of labelled items or of labelled pairs; paths are relative to the table."""

from __future__ import annotations

from pathlib import Path

from gemel.data.dataset import Dataset
from gemel.data.tables.items import labelled_items, unlabelled_items
from gemel.data.tables.kinds import kind_of_cells, refuse_files_beside_texts
from gemel.data.tables.lists import LISTABLE
from gemel.data.tables.pairs import graded_pairs, labelled_pairs
from gemel.data.tables.rows import Rows, read_rows
from gemel.errors import DataError
from gemel.inputs import Kind


def open_table(path: Path, kind: Kind | None = None) -> Dataset:
    """The dataset of a .csv, .tsv, .jsonl or .parquet table.

    Its columns are `item,label[,group][,split][,maker][,genuine]`, or `left,right`, `same` or
    `score`, and optionally `split`. Items are paths, texts or, in .jsonl and .parquet, lists of
    numbers (sequences); without `kind` the cells decide. Raises DataError naming the row, with what
    was expected and what was found.
    """
    rows = read_rows(path)
    return _opened(rows, kind).noticing(*rows.notices)


def open_items_table(path: Path, kind: Kind | None = None) -> Dataset:
    """As `open_table`, but the columns `label`, and `same` or `score`, are optional."""
    rows = read_rows(path)
    have = set(rows.columns)
    columns = ("item",) if "item" in have else ("left", "right")
    if have & {"label", "same", "score"} or not have.issuperset(columns):
        dataset = _opened(rows, kind)
    else:
        dataset = unlabelled_items(rows, columns, _kind(rows, columns, kind))
    return dataset.noticing(*rows.notices)


def _opened(rows: Rows, kind: Kind | None) -> Dataset:
    have = set(rows.columns)
    if {"item", "label"} <= have:
        return labelled_items(rows, _kind(rows, ("item",), kind))
    if {"left", "right"} <= have and {"same", "score"} & have:
        kind = _kind(rows, ("left", "right"), kind)
        return labelled_pairs(rows, kind) if "same" in have else graded_pairs(rows, kind)
    raise DataError(
        f"{str(rows.path)!r} must have the columns item,label (and may have group,split,maker,"
        "genuine) or left,right,same or left,right,score (and may have split); got "
        f"{','.join(rows.columns) or 'none'}"
    )


def _kind(rows: Rows, columns: tuple[str, ...], kind: Kind | None) -> Kind:
    """The kind of the items in these columns: as asked for, or else by their cells."""
    if rows.listed:
        return _kind_of_lists(rows, kind)
    if kind is not None:
        return kind
    cells = {column: rows.column(column) for column in columns}
    refuse_files_beside_texts(rows.path, cells)
    return kind_of_cells(list(cells.values()), rows.path.parent)


def _kind_of_lists(rows: Rows, kind: Kind | None) -> Kind:
    """`series`. Raises DataError if another kind is asked for, or other columns hold no lists."""
    if kind not in (None, "series"):
        raise DataError(
            f"{str(rows.path)!r} holds lists of numbers in its cells, which are sequences, and "
            f"items of the kind {kind} were asked for: leave out --kind, or pass other data"
        )
    beside = [name for name in LISTABLE if name in rows.columns and not _holds_lists(rows, name)]
    if beside:
        raise DataError(
            f"{str(rows.path)!r} holds lists of numbers, but none in the column {beside[0]}: give "
            "every column of items lists, or files"
        )
    return "series"


def _holds_lists(rows: Rows, name: str) -> bool:
    return all(cell in rows.listed for cell in rows.column(name))
