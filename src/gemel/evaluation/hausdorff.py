"""Modified Hausdorff distance between the ink of two drawings: a baseline without learning.

    d(A, B) = max( mean over a of min over b |a - b|,  mean over b of min over a |a - b| )

M.-P. Dubuisson & A. Jain, "A modified Hausdorff distance for object matching", ICPR 1994, their d₆
with f₂; on centred ink pixels, as in the demo that comes with Lake's runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Distances, Floats, Indices, Same
from gemel.errors import ItemError
from gemel.evaluation.comparer import cross_by_pairs


@final
@dataclass(frozen=True)
class HausdorffComparer:
    """Compares drawings by their ink points, one (points, 2) array per item."""

    points: Sequence[Floats]

    def pairs(self, left: Indices, right: Indices) -> Distances:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        distance = [modified_hausdorff(self.points[a], self.points[b]) for a, b in pairs]
        return np.array(distance, np.float32)

    def cross(self, left: Indices, right: Indices) -> Distances:
        return cross_by_pairs(self.pairs, left, right)


def ink_points(ink: Same) -> Floats:
    """(points, 2) the row and column of each ink pixel of a (height, width) drawing, centred.

    Raises ItemError for a drawing without ink.

    >>> ink_points(np.array([[True, False], [False, True]])).tolist()
    [[-0.5, -0.5], [0.5, 0.5]]
    """
    points = np.argwhere(ink).astype(np.float64)
    if len(points) == 0:
        raise ItemError(
            "a drawing must hold some ink, got none; check that it is dark ink on a light ground"
        )
    return np.asarray(points - points.mean(axis=0), np.float64)


def modified_hausdorff(left: Floats, right: Floats) -> float:
    """The distance between two point sets, (n, 2) and (m, 2), in the unit of their coordinates.

    >>> modified_hausdorff(np.array([[0.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 4.0]]))
    2.5
    """
    # |a|^2 + |b|^2 - 2 a b as one product: sums of whole matrices would take most of the time.
    ours = np.column_stack([-2 * left, (left**2).sum(1), np.ones(len(left))])
    theirs = np.column_stack([right, np.ones(len(right)), (right**2).sum(1)])
    squared = ours @ theirs.T
    forth = np.sqrt(np.maximum(squared.min(axis=1), 0)).mean()
    back = np.sqrt(np.maximum(squared.min(axis=0), 0)).mean()
    return float(max(forth, back))
