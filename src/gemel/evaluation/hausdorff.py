"""The baseline that learns nothing: the modified Hausdorff distance between the points of two inks.

    d(A, B) = max( mean over a of min over b |a - b|,  mean over b of min over a |a - b| )

M.-P. Dubuisson & A. Jain, "A modified Hausdorff distance for object matching", ICPR 1994, their d₆
with f₂; on ink pixels less their mean, as in the demonstration that comes with Lake's runs.
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
        distance = [modified_hausdorff(self.points[one], self.points[two]) for one, two in pairs]
        return np.array(distance, np.float32)

    def cross(self, left: Indices, right: Indices) -> Distances:
        return cross_by_pairs(self.pairs, left, right)


def ink_points(ink: Same) -> Floats:
    """(points, 2) rows and columns of the ink of a (height, width) drawing, less their mean.

    Raises ItemError where there is no ink.

    >>> ink_points(np.array([[True, False], [False, True]])).tolist()
    [[-0.5, -0.5], [0.5, 0.5]]
    """
    points = np.argwhere(ink).astype(np.float64)
    if len(points) == 0:
        raise ItemError("a drawing must hold some ink, got none; is it dark on light?")
    return np.asarray(points - points.mean(axis=0), np.float64)


def modified_hausdorff(left: Floats, right: Floats) -> float:
    """The distance between two sets of points, (n, 2) and (m, 2), in their unit.

    >>> modified_hausdorff(np.array([[0.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 4.0]]))
    2.5
    """
    squared = (left**2).sum(1)[:, None] + (right**2).sum(1) - 2 * left @ right.T
    forth = np.sqrt(np.maximum(squared.min(axis=1), 0)).mean()
    back = np.sqrt(np.maximum(squared.min(axis=0), 0)).mean()
    return float(max(forth, back))
