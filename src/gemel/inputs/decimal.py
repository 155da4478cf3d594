"""Decimal numbers in tables, with a point or a comma."""

from __future__ import annotations


def decimal(cell: str) -> float:
    """Parse a number with a decimal point or, if it has no point, one decimal comma.

    Raises ValueError for anything else.

    >>> decimal("1.5"), decimal("1,5")
    (1.5, 1.5)
    """
    return float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
