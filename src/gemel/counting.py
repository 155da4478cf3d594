"""Amounts as a sentence has them: one of a thing is not several."""

from __future__ import annotations

SHOWN = 3
"""Examples in a sentence; the rest is a number."""


def count(amount: int, one: str, many: str = "") -> str:
    """The amount and its noun; `many` where more than an s tells it from `one`.

    >>> count(1, "label"), count(1623, "label")
    ('1 label', '1,623 labels')
    >>> count(2, "row that repeats", "rows that repeat")
    '2 rows that repeat'
    """
    return f"{amount:,} {one if amount == 1 else many or f'{one}s'}"


def and_more(count: int, shown: int = SHOWN) -> str:
    """`, and 4 more` after `shown` examples of `count`; empty if none are left out."""
    return f", and {count - shown} more" if count > shown else ""
