"""Logistic calibration (Platt scaling): the log-likelihood ratio is linear in the distance.

    log p(d | same) / p(d | different) = b(slope · d + offset),   slope < 0

b is the identity between -log(N₋+1) and log(N₊+1), the log-odds of the smoothed targets below, and
approaches one nat more beyond: N pairs do not support a smaller probability of the other answer.

J. Platt, "Probabilistic outputs for support vector machines", 1999, section 2.2, with its smoothed
targets (N₊+1)/(N₊+2) and 1/(N₋+2), which keep the line finite where the two kinds do not overlap.
Differs from the paper: each kind of pairs has a total weight of one half, so the line is a
log-likelihood ratio and the prior is applied at prediction; the line is bent beyond the targets;
Newton's method follows H.-T. Lin, C.-J. Lin & R. Weng, "A note
on Platt's probabilistic outputs for SVMs", Machine Learning 68, 2007.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from gemel.arrays import Distances, Floats, Same
from gemel.functional.bayes import posterior
from gemel.functional.roc import check_pairs

FLATTEST = 1e-6
"""Least fall of the log-odds per standard deviation of the distances."""

RIDGE = 1e-9
"""Weight of slope² / 2 in the loss: matters only where all distances are equal."""

MOST_STEPS = 100


@final
class LogisticCalibration(BaseModel):
    """A fitted line. Robust with few pairs: use it below 1,000 of either kind.

    `informative` is False where genuine pairs were not nearer than impostor pairs: the slope is
    then practically 0 and every probability is about the prior. `pairs` are the numbers of genuine
    and of impostor pairs it was fitted to; a line without them is not bent.

    >>> calibration = LogisticCalibration(slope=-4.0, offset=2.0)
    >>> calibration.probability(np.float32([0.0, 0.5, 1.0])).round(3).tolist()
    [0.881, 0.5, 0.119]
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["logistic"] = "logistic"
    slope: float = Field(lt=0)
    offset: float
    informative: bool = True
    pairs: tuple[NonNegativeInt, NonNegativeInt] | None = None

    def log_likelihood_ratio(self, distance: Distances) -> Floats:
        """log p(d | same) / p(d | different), in nats; strictly decreasing in the distance."""
        line = self.slope * np.asarray(distance, np.float64) + self.offset
        if self.pairs is None:
            return line
        genuine, impostors = np.log1p(self.pairs)
        beyond = _saturated(line - genuine) - _saturated(-line - impostors)
        bent: Floats = np.clip(line, -impostors, genuine) + beyond
        return bent

    def probability(self, distance: Distances, prior: float = 0.5) -> Floats:
        """The probability of *same*, strictly between 0 and 1, where `prior` of all pairs match."""
        return posterior(self.log_likelihood_ratio(distance), prior)


def _saturated(excess: Floats) -> Floats:
    """0 up to 0, then strictly increasing towards 1, which it is at infinity."""
    return 1 - 1 / (1 + np.maximum(excess, 0.0))


def fit_logistic(distance: Distances, same: Same) -> LogisticCalibration:
    """Fit the line to labelled pairs, `distance` (n,) and `same` (n,), in any order.

    Raises DataError unless there are genuine and impostor pairs and every distance is finite.
    """
    distances: Floats = np.asarray(distance, np.float64)
    same = np.asarray(same, np.bool_)
    check_pairs(distances, same)
    # Sorted, so that rounding of the sums does not depend on the order of the pairs.
    order = np.lexsort((same, distances))
    distances, same = distances[order], same[order]
    # The computed deviation of equal distances may be above 0, by rounding.
    spread = float(distances.std()) if distances[-1] > distances[0] else 1.0
    centre = float(distances.mean())
    slope, offset = _newton((distances - centre) / spread, same)
    informative = slope < -FLATTEST
    slope = min(slope, -FLATTEST) / spread
    offset = (offset if informative else 0.0) - slope * centre
    genuine = int(same.sum())
    return LogisticCalibration(
        slope=slope,
        offset=offset,
        informative=informative,
        pairs=(genuine, len(same) - genuine),
    )


def _newton(standardised: Floats, same: Same) -> tuple[float, float]:
    """Slope and offset that minimise the weighted cross-entropy."""
    genuine = int(same.sum())
    impostors = len(same) - genuine
    target = np.where(same, (genuine + 1) / (genuine + 2), 1 / (impostors + 2))
    weight = np.where(same, 0.5 / genuine, 0.5 / impostors)
    design = np.stack([standardised, np.ones_like(standardised)], axis=1)
    ridge: Floats = np.array([RIDGE, 0.0])

    def loss(line: Floats) -> float:
        log_odds = design @ line
        cross_entropy = np.logaddexp(0, log_odds) - target * log_odds
        return float(weight @ cross_entropy + 0.5 * ridge @ line**2)

    line: Floats = np.zeros(2)
    for _ in range(MOST_STEPS):
        probability = 0.5 * (1 + np.tanh(design @ line / 2))  # the logistic, without overflow
        gradient = design.T @ (weight * (probability - target)) + ridge * line
        curvature = weight * probability * (1 - probability)
        hessian = (design.T * curvature) @ design + np.diag(ridge + 1e-12)
        step: Floats = np.linalg.solve(hessian, gradient).astype(np.float64)
        line, moved = _descend(loss, line, step, float(gradient @ step))
        if not moved:
            break
    return float(line[0]), float(line[1])


def _descend(
    loss: Callable[[Floats], float], line: Floats, step: Floats, slope: float
) -> tuple[Floats, bool]:
    """Backtracking line search along Newton's step; False once the loss has converged."""
    before, size = loss(line), 1.0
    while size > 1e-10:
        candidate = line - size * step
        if loss(candidate) < before - 1e-4 * size * slope:
            return candidate, slope > 1e-16
        size /= 2
    return line, False
