"""Pool adjacent violators: the core of isotonic regression."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Level = TypeVar("Level")


def pool_adjacent(
    levels: Iterable[Level],
    violate: Callable[[Level, Level], bool],
    joined: Callable[[Level, Level], Level],
) -> list[Level]:
    """The levels in order, with adjacent ones joined until no two of them violate it.

    >>> pool_adjacent([3.0, 1.0, 2.0], lambda a, b: a < b, lambda a, b: (a + b) / 2)
    [3.0, 1.5]
    """
    pooled: list[Level] = []
    for level in levels:
        while pooled and violate(pooled[-1], level):
            level = joined(pooled.pop(), level)
        pooled.append(level)
    return pooled
