"""Isotonic calibration: the log-likelihood ratio of *same* is any decreasing function of distance.

Pool-adjacent-violators gives the non-increasing step function nearest to the data (B. Zadrozny &
C. Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD
2002). On single pairs its outermost steps have probability 0 and 1, and different distances tie, so
here:

- pairs are first binned by distance into 2·∛n bins of equal weight, where n is the number of pairs
  of the rarer kind (the rate that balances bias and variance for a smooth curve) and each kind has
  a total weight of one half;
- a bin with k of K genuine and m of M impostor pairs gets
      log (k + 1/2)/(K + 1)  -  log (m + 1/2)/(M + 1),
  which is finite, and adjacent bins that violate the order are pooled to one level;
- a pooled level becomes two points, at the mean distances of its first and its last bin, with a
  negligible fall between them; a bin that was not pooled becomes one point (as in A. Oron &
  N. Flournoy, "Centered isotonic regression", Stat. Biopharm. Res. 9, 2017). A monotone cubic
  interpolates the points and is extrapolated linearly: smooth and strictly decreasing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from gemel.arrays import Distances, Floats, Same
from gemel.errors import MatcherError
from gemel.functional.bayes import posterior
from gemel.functional.pchip import monotone_curve
from gemel.functional.pool_adjacent import pool_adjacent
from gemel.functional.roc import check_pairs

SMALLEST_FALL = 1e-6
"""Least difference in log-odds of adjacent levels, so that rounding cannot make them tie."""


@final
@dataclass(frozen=True)
class Level:
    """One or more adjacent bins with a common likelihood ratio."""

    genuine: float
    """Number of genuine pairs, as is `impostors` of impostor pairs."""
    impostors: float
    first: float
    """Mean distance of the first bin, as is `last` of the last bin."""
    last: float

    def joined(self, after: Level) -> Level:
        return Level(
            self.genuine + after.genuine, self.impostors + after.impostors, self.first, after.last
        )


@final
class IsotonicCalibration(BaseModel):
    """A fitted curve, by the points it interpolates. Use it from 1,000 pairs of either kind on.

    `informative` is False where genuine pairs were not nearer than impostor pairs: the curve is
    then practically flat and every probability is about the prior.

    >>> calibration = IsotonicCalibration(distances=(0.0, 1.0), log_odds=(2.0, -2.0))
    >>> calibration.probability(np.float32([0.0, 0.5, 1.0])).round(3).tolist()
    [0.881, 0.5, 0.119]
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["isotonic"] = "isotonic"
    distances: tuple[float, ...]
    log_odds: tuple[float, ...]
    informative: bool = True

    @model_validator(mode="after")
    def _strictly_falling(self) -> Self:
        if not strictly_falling(self.distances, self.log_odds):
            raise MatcherError(
                "an isotonic calibration needs two points or more, of ascending distance and "
                f"falling log-odds, got {self.distances} and {self.log_odds}; fit it again"
            )
        return self

    def log_likelihood_ratio(self, distance: Distances) -> Floats:
        """log p(d | same) / p(d | different), in nats; strictly decreasing in the distance."""
        at = np.asarray(distance, np.float64)
        return monotone_curve(np.array(self.distances), np.array(self.log_odds), at)

    def probability(self, distance: Distances, prior: float = 0.5) -> Floats:
        """The probability of *same*, strictly between 0 and 1, where `prior` of all pairs match."""
        return posterior(self.log_likelihood_ratio(distance), prior)


def strictly_falling(positions: Sequence[float], heights: Sequence[float]) -> bool:
    """Whether these are two points or more, of ascending position and falling height."""
    return (
        len(positions) == len(heights) >= 2
        and bool((np.diff(positions) > 0).all())
        and bool((np.diff(heights) < 0).all())
    )


def fit_isotonic(distance: Distances, same: Same) -> IsotonicCalibration:
    """Fit the curve to labelled pairs, `distance` (n,) and `same` (n,), in any order.

    Raises DataError unless there are genuine and impostor pairs and every distance is finite.
    """
    distance, same = np.asarray(distance, np.float32), np.asarray(same, np.bool_)
    check_pairs(distance, same)
    genuine = int(same.sum())
    levels = _pooled(_equal_bins(distance, same), genuine, len(same) - genuine)
    distances, log_odds = _points(levels, genuine, len(same) - genuine)
    return IsotonicCalibration(distances=distances, log_odds=log_odds, informative=len(levels) > 1)


def _equal_bins(distance: Distances, same: Same) -> list[Level]:
    """Bins of about equal weight, in ascending order; equal distances share a bin."""
    values, index = np.unique(distance.astype(np.float64), return_inverse=True)
    genuine = np.bincount(index, weights=same, minlength=len(values))
    impostors = np.bincount(index, weights=~same, minlength=len(values))
    weight = genuine / genuine.sum() + impostors / impostors.sum()
    before = (np.cumsum(weight) - weight) / 2
    bins = max(2, round(2 * min(genuine.sum(), impostors.sum()) ** (1 / 3)))
    start = np.unique(np.floor(before * bins), return_index=True)[1]
    centre = np.add.reduceat(weight * values, start) / np.add.reduceat(weight, start)
    columns = np.add.reduceat(genuine, start), np.add.reduceat(impostors, start), centre, centre
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Level(*row) for row in rows]


def _pooled(bins: list[Level], genuine: int, impostors: int) -> list[Level]:
    """The bins, pooled so that the log-odds fall from level to level."""

    def violate(before: Level, after: Level) -> bool:
        least = _log_odds(after, genuine, impostors) + SMALLEST_FALL
        return _log_odds(before, genuine, impostors) < least

    return pool_adjacent(bins, violate, Level.joined)


def _log_odds(level: Level, genuine: int, impostors: int) -> float:
    """The log-likelihood ratio of a level; `genuine` and `impostors` are the totals of all."""
    of_genuine = (level.genuine + 0.5) / (genuine + 1)
    of_impostors = (level.impostors + 0.5) / (impostors + 1)
    return math.log(of_genuine) - math.log(of_impostors)


def _points(
    levels: list[Level], genuine: int, impostors: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The distances and the log-odds of the points to interpolate."""
    if len(levels) == 1 and levels[0].first == levels[0].last:
        only = levels[0].first
        levels = [replace(levels[0], last=only + max(1.0, abs(only)))]
    points: dict[float, float] = {}
    for level in levels:
        height = _log_odds(level, genuine, impostors)
        if level.first == level.last:
            points[level.first] = height
        else:
            points[level.first] = height + SMALLEST_FALL / 4
            points[level.last] = height - SMALLEST_FALL / 4
    return tuple(points), tuple(points.values())
