"""Calibration of distances to graded scores, by isotonic regression on validation pairs.

The pairs are binned by distance into 2·∛n bins of equal size, adjacent violators are pooled, and a
monotone cubic interpolates the bins' means. Mueller & Thyagarajan 2016 (section 3.2) correct their
similarities by a nonparametric regression on training pairs.
"""

from __future__ import annotations

from typing import Literal, Self, final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from gemel.arrays import Distances, Floats
from gemel.calibration.isotonic import strictly_falling
from gemel.errors import DataError, MatcherError
from gemel.functional.pchip import monotone_curve

SMALLEST_FALL = 1e-9
"""Least difference of adjacent scores, as a share of the scale, so that rounding cannot make them
tie."""


@final
class ScoreCurve(BaseModel):
    """A fitted curve, by the points it interpolates and the scale it is clipped to.

    >>> curve = ScoreCurve(distances=(0.0, 1.0), scores=(5.0, 1.0), low=1.0, high=5.0)
    >>> curve.score(np.float32([0.0, 0.5, 9.0])).tolist()
    [5.0, 3.0, 1.0]
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["isotonic"] = "isotonic"
    distances: tuple[float, ...]
    scores: tuple[float, ...]
    low: float
    high: float

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if not strictly_falling(self.distances, self.scores):
            raise MatcherError(
                "a score curve needs two points or more, of ascending distance and falling score, "
                f"got {self.distances} and {self.scores}; fit it again"
            )
        return self

    def score(self, distance: Distances) -> Floats:
        """Predicted scores, within `low` and `high`, non-increasing in the distance."""
        at = np.asarray(distance, np.float64)
        scores = monotone_curve(np.array(self.distances), np.array(self.scores), at)
        return np.clip(scores, self.low, self.high)


def fit_score_curve(distance: Distances, scores: Floats, scale: tuple[float, float]) -> ScoreCurve:
    """Fit the curve to scored pairs, `distance` (n,) and `scores` (n,), in any order.

    `scale` gives the lowest and the highest possible score. Raises DataError where all distances
    are equal.
    """
    order = np.lexsort((scores, distance))
    bins = np.array_split(order, max(2, round(2 * len(order) ** (1 / 3))))
    points = [(float(distance[b].mean()), float(scores[b].mean()), len(b)) for b in bins if len(b)]
    levels: list[tuple[float, float, int]] = []
    fall = SMALLEST_FALL * (scale[1] - scale[0])
    for point in points:
        while levels and (levels[-1][1] < point[1] + fall or levels[-1][0] >= point[0]):
            point = _pooled(levels.pop(), point)
        levels.append(point)
    if len(levels) == 1:
        if len(np.unique(distance)) < 2:
            raise DataError(
                "scores can be predicted from distances only where these differ, but the distances "
                "of all validation pairs are equal: train longer, or with another seed"
            )
        middle = levels[0][1]  # scores do not fall with distance: the curve is practically flat
        ends = (float(distance.min()), float(distance.max()))
        levels = [(ends[0], middle + fall, 1), (ends[1], middle - fall, 1)]
    return ScoreCurve(
        distances=tuple(level[0] for level in levels),
        scores=tuple(level[1] for level in levels),
        low=scale[0],
        high=scale[1],
    )


def _pooled(
    first: tuple[float, float, int], second: tuple[float, float, int]
) -> tuple[float, float, int]:
    """The weighted mean of two (distance, score, pairs)."""
    n = first[2] + second[2]
    distance, score = ((first[i] * first[2] + second[i] * second[2]) / n for i in (0, 1))
    return distance, score, n
