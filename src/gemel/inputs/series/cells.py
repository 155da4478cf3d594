"""Read the cells of a delimited file of numbers: numbers, gaps, and anything else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

Read: TypeAlias = Callable[[str], float]
"""Parses a number, with a decimal point or a decimal comma."""

HOLES = frozenset({"", "na", "n/a", "#n/a", "#nv", "<na>", "nan", "nat", "null", "none", "?", "-"})
"""How files write a missing number; in a first line these name no column."""

TRUTH = {"true": 1.0, "false": 0.0}


def is_number(cell: str, read: Read) -> bool:
    value = number(cell, read)
    return value is not None and not math.isnan(value)


def is_hole(cell: str) -> bool:
    return cell.strip().lower() in HOLES


def number(cell: str, read: Read) -> float | None:
    """The number in a cell, NaN for a missing one, and None for anything else."""
    try:
        return None if "_" in cell else read(cell)  # Python would read 1_0 as 10
    except ValueError:
        return math.nan if is_hole(cell) else TRUTH.get(cell.strip().lower())


def is_numeric(cells: list[str], read: Read) -> bool:
    """Whether a column holds numbers and gaps, and nothing else."""
    allowed = all(number(cell, read) is not None for cell in cells)
    return allowed and any(is_number(cell, read) for cell in cells)
