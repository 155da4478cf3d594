"""Numbers as people write them into tables."""

from __future__ import annotations


def decimal(cell: str) -> float:
    """A number with a point, or with a comma where spreadsheets of many countries write one.

    >>> decimal("1.5"), decimal("1,5")
    (1.5, 1.5)
    """
    return float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
