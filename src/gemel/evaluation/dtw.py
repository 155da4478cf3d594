"""Dynamic time warping (DTW): the baseline for sequences, without learning.

    D(i, j) = |a_i - b_j|² + min(D(i-1, j), D(i, j-1), D(i-1, j-1)),      d(a, b) = sqrt D(end)

Sakoe & Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE
Transactions on Acoustics, Speech, and Signal Processing 26, 1978. Differs from the paper: no
window, and all channels are warped together. The recursion is vectorised over pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Array, Distances, Indices, Padded, slices
from gemel.evaluation.comparer import CHUNK_FLOATS, cross_by_pairs


@final
@dataclass(frozen=True)
class DtwComparer:
    """Compares sequences (n, longest, channels) by their DTW distance.

    >>> from gemel.arrays import padded
    >>> items = padded([np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [1.0], [1.0], [2.0]])])
    >>> DtwComparer(items).pairs(np.array([0]), np.array([1])).tolist()
    [1.0]
    """

    items: Padded

    def pairs(self, left: Indices, right: Indices) -> Distances:
        """(n,) the DTW distance of item left[i] to item right[i]."""
        distance = np.empty(len(left), np.float32)
        size = int(np.prod(self.items.values.shape[1:]))
        step = max(1, CHUNK_FLOATS // max(1, 4 * size))
        for chunk in slices(len(left), step):
            distance[chunk] = warped_distance(self.items[left[chunk]], self.items[right[chunk]])
        return distance

    def cross(self, left: Indices, right: Indices) -> Distances:
        """(n, m) the DTW distance of each item of `left` to each of `right`."""
        return cross_by_pairs(self.pairs, left, right)


def warped_distance(left: Padded, right: Padded) -> Distances:
    """(n,) the DTW distance of left[i] to right[i], two batches of n sequences."""
    # Pairs last, so that each step of the recursion runs over contiguous memory.
    a, b = _pairs_last(left.values), _pairs_last(right.values)
    rows, columns, count = len(a), len(b), len(left)
    above = np.full((columns + 1, count), np.inf, np.float32)
    above[0] = 0
    total = np.empty(count, np.float32)
    for i in range(rows):
        row = np.full((columns + 1, count), np.inf, np.float32)
        cost = np.square(b - a[i]).sum(1)
        least = np.minimum(above[1:], above[:-1])
        for j in range(columns):
            np.minimum(least[j], row[j], out=row[j + 1])
            row[j + 1] += cost[j]
        ends = np.flatnonzero(left.lengths == i + 1)
        total[ends] = row[right.lengths[ends], ends]
        above = row
    return np.sqrt(total)


def _pairs_last(values: Array) -> Array:
    """Transpose (n, t, c) to (t, c, n)."""
    return np.ascontiguousarray(values.transpose(1, 2, 0), np.float32)
