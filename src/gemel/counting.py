"""Counts in sentences: singular and plural, and how many examples are left out."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 3
"""Number of examples listed in a sentence; the others are only counted."""


def count(amount: int, one: str, many: str = "") -> str:
    """The amount and its noun; `many` is the plural unless it is `one` with an s.

    >>> count(1, "label"), count(1623, "label")
    ('1 label', '1,623 labels')
    >>> count(2, "row that repeats", "rows that repeat")
    '2 rows that repeat'
    """
    return f"{amount:,} {one if amount == 1 else many or f'{one}s'}"


def examples(names: Sequence[str], separator: str = ", ") -> str:
    """The first names, and how many more there are.

    >>> examples(["a", "b", "c", "d"])
    'a, b, c, and 1 more'
    """
    return separator.join(names[:SHOWN]) + and_more(len(names))


def and_more(count: int, shown: int = SHOWN) -> str:
    """`, and 4 more`, to follow `shown` examples of `count`; empty if none are left out."""
    return f", and {count - shown} more" if count > shown else ""
