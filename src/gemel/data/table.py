"""A table of labelled items or of labelled pairs, with paths relative to the table."""

from __future__ import annotations

from pathlib import Path

from gemel.data.dataset import Dataset
from gemel.data.rows import read_rows
from gemel.data.table_items import labelled_items
from gemel.data.table_pairs import labelled_pairs
from gemel.errors import DataError


def open_table(path: Path) -> Dataset:
    """`item,label[,group][,split][,maker][,genuine]` or `left,right,same[,split]` in a table file.

    The file is a .csv, .jsonl or .parquet. Raises DataError that names the row, with what was
    expected and what was found.
    """
    rows = read_rows(path)
    have = set(rows.columns)
    if {"item", "label"} <= have:
        return labelled_items(rows)
    if {"left", "right", "same"} <= have:
        return labelled_pairs(rows)
    if {"left", "right", "score"} <= have:
        raise DataError(
            f"{str(path)!r} has a column score: graded similarity is not served yet; give a column "
            "same with 1 or 0 instead"
        )
    raise DataError(
        f"{str(path)!r} must have the columns item,label (and may have group,split,maker,genuine) "
        f"or left,right,same (and may have split); got {','.join(rows.columns) or 'none'}"
    )
