"""Distances into scores: the mean score of validation pairs at a distance, falling with it.

Mueller & Thyagarajan 2016 (section 3.2) correct their similarities by a nonparametric regression on
training pairs; this is isotonic regression on validation pairs, in 2·∛n bins of equal size, a
monotone cubic through the bins' means.
"""

from __future__ import annotations

from typing import Literal, Self, final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from gemel.arrays import Distances, Floats
from gemel.errors import DataError, MatcherError
from gemel.functional.pchip import monotone_curve

SMALLEST_FALL = 1e-9
"""Of the scale, between neighbouring points: rounding cannot make a tie."""


@final
class ScoreCurve(BaseModel):
    """The points that the curve goes through, and the scale it stays on.

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
        falls = len(self.distances) == len(self.scores) >= 2
        falls = falls and bool((np.diff(self.distances) > 0).all())
        if not (falls and (np.diff(self.scores) < 0).all()):
            raise MatcherError(
                "a score curve needs two points or more, of ascending distance and falling score, "
                f"got {self.distances} and {self.scores}"
            )
        return self

    def score(self, distance: Distances) -> Floats:
        """On the scale that people scored on; it never rises with the distance."""
        at = np.asarray(distance, np.float64)
        scores = monotone_curve(np.array(self.distances), np.array(self.scores), at)
        return np.clip(scores, self.low, self.high)


def fit_score_curve(distance: Distances, scores: Floats, scale: tuple[float, float]) -> ScoreCurve:
    """Fit the curve to pairs with scores; their order does not matter.

    Raises DataError for fewer than two different distances.
    """
    order = np.lexsort((scores, distance))
    bins = np.array_split(order, max(2, round(2 * len(order) ** (1 / 3))))
    points = [(float(distance[b].mean()), float(scores[b].mean()), len(b)) for b in bins if len(b)]
    levels: list[tuple[float, float, int]] = []
    fall = SMALLEST_FALL * (scale[1] - scale[0])
    for point in points:
        while levels and (levels[-1][1] < point[1] + fall or levels[-1][0] >= point[0]):
            point = _joined(levels.pop(), point)
        levels.append(point)
    if len(levels) == 1:
        if len(np.unique(distance)) < 2:
            raise DataError(
                "scores can be told by distance only where distances differ, and those of all "
                "validation pairs are equal: train longer, or with another seed"
            )
        middle = levels[0][1]  # distances say nothing of the scores, and so does the curve
        ends = (float(distance.min()), float(distance.max()))
        levels = [(ends[0], middle + fall, 1), (ends[1], middle - fall, 1)]
    return ScoreCurve(
        distances=tuple(level[0] for level in levels),
        scores=tuple(level[1] for level in levels),
        low=scale[0],
        high=scale[1],
    )


def _joined(
    one: tuple[float, float, int], other: tuple[float, float, int]
) -> tuple[float, float, int]:
    n = one[2] + other[2]
    distance, score = ((one[i] * one[2] + other[i] * other[2]) / n for i in (0, 1))
    return distance, score, n
