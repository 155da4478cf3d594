"""Names of items that are not files, by their place in the table."""

from __future__ import annotations


def place(column: str, row: int) -> str:
    """The name of the item in a cell of a column, `row` counted as in `open_records`.

    >>> place("item", 2), place("left", 7)
    ('row 2', 'left of row 7')
    """
    return f"row {row}" if column == "item" else f"{column} of row {row}"
