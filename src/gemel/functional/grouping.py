"""Items grouped by code: the items of each label, the members of each unit."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Indices


def by_code(codes: Codes, items: Indices | None = None) -> dict[int, Indices]:
    """The items of each code, in their order; the codes ascend.

    `codes` (n,) has one for every item; `items` (m,) limits the result to these positions.

    >>> by_code(np.array([7, 3, 7]))
    {3: array([1]), 7: array([0, 2])}
    >>> by_code(np.array([7, 3, 7]), np.array([2, 1]))
    {3: array([1]), 7: array([2])}
    """
    looked_at = np.arange(len(codes)) if items is None else items
    own = codes[looked_at]
    order = np.argsort(own, kind="stable")
    names, starts = np.unique(own[order], return_index=True)
    members = np.split(looked_at[order], starts[1:]) if len(names) else []
    return dict(zip(names.tolist(), members, strict=True))
