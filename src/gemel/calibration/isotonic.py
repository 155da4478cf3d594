"""Isotonic calibration: the log-likelihood ratio of *same* falls with the distance, in any shape.

Pool-adjacent-violators gives the step function nearest to the data that never rises (B. Zadrozny &
C. Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD
2002). On single pairs it calls the outermost steps certain and ties distances that differ, so:

- the pairs are first gathered, by distance, into bins of equal weight, 2·∛n of them, where n is
  the number of the rarer kind (the rate at which bins of a smooth curve are neither coarse nor
  noisy), each kind weighing one half in total;
- a bin with k of K genuine and m of M impostor pairs gets
      log (k + 1/2)/(K + 1)  -  log (m + 1/2)/(M + 1),
  which the number of pairs bounds, and neighbours that would rise are pooled to one level;
- a level is drawn from the mean distance of its first bin to that of its last (a bin that was not
  pooled is one point, as in A. Oron & N. Flournoy, "Centered isotonic regression", Stat. Biopharm.
  Res. 9, 2017) with a fall too small to matter, and a monotone cubic joins the points, straight
  beyond the ends, where it goes on without bound: smooth and strictly decreasing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, Self, final

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from gemel.arrays import Distances, Floats, Same
from gemel.errors import MatcherError
from gemel.functional.bayes import posterior
from gemel.functional.pchip import monotone_curve
from gemel.functional.roc import check_pairs

SMALLEST_FALL = 1e-6
"""Log-odds between neighbouring levels; less is pooled, so that rounding cannot make a tie."""


@final
@dataclass(frozen=True)
class Level:
    """Neighbouring bins that share one likelihood ratio."""

    genuine: float
    impostors: float
    """Pairs of each kind; whole numbers."""
    first: float
    last: float
    """The mean distances of the first and of the last bin."""

    def joined(self, after: Level) -> Level:
        return Level(
            self.genuine + after.genuine, self.impostors + after.impostors, self.first, after.last
        )


@final
class IsotonicCalibration(BaseModel):
    """The points that the curve goes through. Choose it from a thousand pairs of each kind.

    `informative` is False where genuine pairs were not nearer than impostor pairs; the curve is
    then all but flat and every probability is the prior.

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
        falls = len(self.distances) == len(self.log_odds) >= 2
        falls = falls and bool((np.diff(self.distances) > 0).all())
        if not (falls and (np.diff(self.log_odds) < 0).all()):
            raise MatcherError(
                "an isotonic calibration needs two points or more, of ascending distance and "
                f"falling log-odds, got {self.distances} and {self.log_odds}"
            )
        return self

    def log_likelihood_ratio(self, distance: Distances) -> Floats:
        """Natural logarithm; strictly decreasing in the distance."""
        at = np.asarray(distance, np.float64)
        return monotone_curve(np.array(self.distances), np.array(self.log_odds), at)

    def probability(self, distance: Distances, prior: float = 0.5) -> Floats:
        """The probability of *same*, strictly between 0 and 1, for pairs of which `prior` match."""
        return posterior(self.log_likelihood_ratio(distance), prior)


def fit_isotonic(distance: Distances, same: Same) -> IsotonicCalibration:
    """Fit the curve to labelled pairs; their order does not matter.

    Raises DataError unless there are genuine and impostor pairs and every distance is finite.
    """
    distance, same = np.asarray(distance, np.float32), np.asarray(same, np.bool_)
    check_pairs(distance, same)
    genuine = int(same.sum())
    levels = _pooled(_equal_bins(distance, same), genuine, len(same) - genuine)
    distances, log_odds = _points(levels, genuine, len(same) - genuine)
    return IsotonicCalibration(distances=distances, log_odds=log_odds, informative=len(levels) > 1)


def _equal_bins(distance: Distances, same: Same) -> list[Level]:
    """Bins of about equal weight, by ascending distance; equal distances share one."""
    values, place = np.unique(distance.astype(np.float64), return_inverse=True)
    genuine = np.bincount(place, weights=same, minlength=len(values))
    impostors = np.bincount(place, weights=~same, minlength=len(values))
    weight = genuine / genuine.sum() + impostors / impostors.sum()
    before = (np.cumsum(weight) - weight) / 2
    bins = max(2, round(2 * min(genuine.sum(), impostors.sum()) ** (1 / 3)))
    start = np.unique(np.floor(before * bins), return_index=True)[1]
    centre = np.add.reduceat(weight * values, start) / np.add.reduceat(weight, start)
    columns = np.add.reduceat(genuine, start), np.add.reduceat(impostors, start), centre, centre
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Level(*row) for row in rows]


def _pooled(bins: list[Level], genuine: int, impostors: int) -> list[Level]:
    """Pool adjacent violators: the log-odds fall from level to level."""
    levels: list[Level] = []
    for level in bins:
        while levels and (
            _log_odds(levels[-1], genuine, impostors)
            < _log_odds(level, genuine, impostors) + SMALLEST_FALL
        ):
            level = levels.pop().joined(level)
        levels.append(level)
    return levels


def _log_odds(level: Level, genuine: int, impostors: int) -> float:
    likelihood = (level.genuine + 0.5) / (genuine + 1), (level.impostors + 0.5) / (impostors + 1)
    return math.log(likelihood[0]) - math.log(likelihood[1])


def _points(
    levels: list[Level], genuine: int, impostors: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if len(levels) == 1 and levels[0].first == levels[0].last:
        levels = [replace(levels[0], last=levels[0].first + 1)]
    points: dict[float, float] = {}
    for level in levels:
        height = _log_odds(level, genuine, impostors)
        if level.first == level.last:
            points[level.first] = height
        else:
            points[level.first] = height + SMALLEST_FALL / 4
            points[level.last] = height - SMALLEST_FALL / 4
    return tuple(points), tuple(points.values())
