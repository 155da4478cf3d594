"""Connected components of a graph, found by union-find."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Indices


def components(n: int, left: Indices, right: Indices) -> Codes:
    """(n,) a number from 0 per node, equal for nodes that the edges left[i]–right[i] connect.

    >>> import numpy as np
    >>> components(4, np.array([0, 3]), np.array([2, 3]))
    array([0, 1, 0, 2])
    """
    parent = list(range(n))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]  # halves the path, so later walks are short
            node = parent[node]
        return node

    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    roots = np.fromiter((root(node) for node in range(n)), np.int64, n)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)
