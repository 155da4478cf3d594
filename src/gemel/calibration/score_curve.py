"""Calibration of distances to graded scores, by isotonic regression on validation pairs.

The pairs are binned by distance into 2·∛n bins of equal size, adjacent violators are pooled, and a
monotone cubic interpolates the bins' means. Mueller & Thyagarajan 2016 (section 3.2) correct their
similarities by a nonparametric regression on training pairs.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Self, final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from gemel.arrays import Distances, Floats
from gemel.calibration.isotonic import strictly_falling
from gemel.errors import DataError, MatcherError
from gemel.functional.pchip import monotone_curve
from gemel.functional.pool_adjacent import pool_adjacent

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
    fall = SMALLEST_FALL * (scale[1] - scale[0])

    def violate(before: _Level, after: _Level) -> bool:
        return before.score < after.score + fall or before.distance >= after.distance

    levels = pool_adjacent(_equal_bins(distance, scores), violate, _mean)
    if len(levels) == 1:
        levels = _flat(levels[0].score, distance, fall)
    return ScoreCurve(
        distances=tuple(level.distance for level in levels),
        scores=tuple(level.score for level in levels),
        low=scale[0],
        high=scale[1],
    )


class _Level(NamedTuple):
    """The mean distance and the mean score of a number of pairs."""

    distance: float
    score: float
    pairs: int


def _equal_bins(distance: Distances, scores: Floats) -> list[_Level]:
    """Bins of about as many pairs each, in ascending order of distance."""
    order = np.lexsort((scores, distance))
    bins = np.array_split(order, max(2, round(2 * len(order) ** (1 / 3))))
    return [
        _Level(float(distance[b].mean()), float(scores[b].mean()), len(b)) for b in bins if len(b)
    ]


def _mean(first: _Level, second: _Level) -> _Level:
    """The two levels as one, with their weighted means."""
    pairs = first.pairs + second.pairs
    distance = first.distance * first.pairs + second.distance * second.pairs
    score = first.score * first.pairs + second.score * second.pairs
    return _Level(distance / pairs, score / pairs, pairs)


def _flat(score: float, distance: Distances, fall: float) -> list[_Level]:
    """A practically flat curve, for scores that do not fall with distance."""
    if len(np.unique(distance)) < 2:
        raise DataError(
            "scores can be predicted from distances only where these differ, but the distances "
            "of all validation pairs are equal: train longer, or with another seed"
        )
    ends = (float(distance.min()), float(distance.max()))
    return [_Level(ends[0], score + fall, 1), _Level(ends[1], score - fall, 1)]
