"""Group items by code, as the items of each label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np

from gemel.arrays import Codes, Indices


def by_code(codes: Codes, items: Indices | None = None) -> dict[int, Indices]:
    """The positions of the items of each code, in their order; codes ascend.

    `codes` (n,) holds one code per item; `items` (m,) limits the result to these positions.

    >>> by_code(np.array([7, 3, 7]))
    {3: array([1]), 7: array([0, 2])}
    >>> by_code(np.array([7, 3, 7]), np.array([2, 1]))
    {3: array([1]), 7: array([2])}
    """
    items = np.arange(len(codes)) if items is None else items
    order = np.argsort(codes[items], kind="stable")
    items = items[order]
    keys, starts = np.unique(codes[items], return_index=True)
    members = np.split(items, starts[1:]) if len(keys) else []
    return dict(zip(keys.tolist(), members, strict=True))


@final
@dataclass(frozen=True)
class Grouped:
    """Items sorted by code: those of the i-th code are items[start[i]] and the size[i] - 1 after.

    Codes ascend, and each code has an item.
    """

    items: Indices
    start: Indices
    size: Indices

    @classmethod
    def of(cls, codes: Codes, items: Indices) -> Self:
        """The `items` (m,), as positions in `codes` (n,).

        >>> Grouped.of(np.array([7, 3, 7, 5]), np.array([0, 1, 2]))
        Grouped(items=array([1, 0, 2]), start=array([0, 1]), size=array([1, 2]))
        """
        size = np.unique(codes[items], return_counts=True)[1]
        order = np.argsort(codes[items], kind="stable")
        return cls(items[order], np.cumsum(size) - size, size)
