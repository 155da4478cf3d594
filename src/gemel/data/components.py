"""Items that must stay together: connected components, found by union and find."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


def together(*keys: Codes) -> Codes:
    """(n,) components of items that share any key: the same label, or the same content."""
    n = len(keys[0])
    edges = [_to_first(key) for key in keys]
    here = np.concatenate([np.flatnonzero(first != np.arange(n)) for first in edges])
    there = np.concatenate([first[first != np.arange(n)] for first in edges])
    return components(n, here, there)


def content_codes(digests: NDArray[np.uint8]) -> Codes:
    """(n,) a number per item, equal where the (n, 16) digests are."""
    rows = np.ascontiguousarray(digests).view(f"V{digests.shape[1]}").ravel()
    return np.unique(rows, return_inverse=True)[1].astype(np.int64)


def _to_first(key: Codes) -> Indices:
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first[inverse]
