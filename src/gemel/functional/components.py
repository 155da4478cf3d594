"""Connected components of a graph, found by union-find."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Indices


def components(n: int, left: Indices, right: Indices) -> Codes:
    """(n,) the component of each node, numbered from 0; the edges are left[i]–right[i].

    >>> import numpy as np
    >>> components(4, np.array([0, 3]), np.array([2, 3]))
    array([0, 1, 0, 2])
    """
    parent = list(range(n))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]  # path halving
            node = parent[node]
        return node

    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        first, second = sorted((root(a), root(b)))
        parent[second] = first
    roots = np.fromiter((root(node) for node in range(n)), np.int64, n)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)
