"""How often a threshold is wrong: error rates over all thresholds, and the figures read off them.

A pair is accepted as the same when its distance is at most the threshold.

    FAR  false accept rate   share of impostor pairs (different) that are accepted
    FRR  false reject rate   share of genuine pairs (same) that are rejected
    TAR  true accept rate    1 - FRR

Pairs may carry weights: a bootstrap resample is the same pairs with other weights, so the sorting
is done once (`rank_pairs`) and each resample costs two running sums (`RankedPairs.roc`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Distances, Floats, Indices, Same
from gemel.errors import DataError

PAIRS_PER_ERROR_RATE = 30
"""A rate of 1 in m is read off only where 30·m impostor pairs are at hand: then about 30 of them
are accepted, and chance alone moves the rate by less than a fifth of itself (1/√30), which is
Doddington's rule of 30 (Doddington et al., "The NIST speaker recognition evaluation", 2000)."""


@final
@dataclass(frozen=True)
class Roc:
    """The error rates at every threshold that makes a difference.

    `threshold` (t,) ascends: -inf, then every distinct distance; `far` ascends from 0 to 1 and
    `frr` descends from 1 to 0.
    """

    threshold: Floats
    far: Floats
    frr: Floats


@final
@dataclass(frozen=True)
class RankedPairs:
    """Pairs sorted by distance once, so that a curve for any weights is two running sums."""

    threshold: Floats
    order: Indices
    same: Floats
    last: Indices
    """Where, in sorted order, each distinct distance occurs for the last time."""

    def roc(self, weights: Floats) -> Roc:
        """The curve with a weight (n,) per pair; rates are NaN where one kind weighs nothing."""
        weights = weights[self.order]
        genuine = weights * self.same
        accepted_genuine = _from_zero(np.cumsum(genuine)[self.last])
        accepted_impostors = _from_zero(np.cumsum(weights - genuine)[self.last])
        with np.errstate(invalid="ignore", divide="ignore"):
            far = accepted_impostors / accepted_impostors[-1]
            frr = 1 - accepted_genuine / accepted_genuine[-1]
        return Roc(self.threshold, far, frr)


def rank_pairs(distance: Distances, same: Same) -> RankedPairs:
    """Sort pairs by distance.

    Raises DataError unless there are genuine and impostor pairs and every distance is finite.
    """
    distance, same = np.asarray(distance, np.float64), np.asarray(same, np.bool_)
    check_pairs(distance, same)
    order = np.argsort(distance, kind="stable")
    ascending = distance[order]
    last = np.flatnonzero(np.append(ascending[1:] > ascending[:-1], True))
    threshold = np.concatenate([[-np.inf], ascending[last]])
    return RankedPairs(threshold, order, same[order].astype(np.float64), last)


def check_pairs(distance: Floats | Distances, same: Same) -> None:
    """Raises DataError unless a rate of each kind can be measured on these pairs."""
    if distance.shape != same.shape or distance.ndim != 1:
        raise DataError(
            f"each pair needs one distance and one answer, got shapes {distance.shape} and "
            f"{same.shape}"
        )
    genuine = int(same.sum())
    if genuine == 0 or genuine == len(same):
        raise DataError(
            "pairs of the same and of different labels are both needed, got "
            f"{genuine:,} of the same and {len(same) - genuine:,} of different labels; "
            "add items or labels"
        )
    if not np.isfinite(distance).all():
        raise DataError(
            f"distances must be finite numbers, {int((~np.isfinite(distance)).sum()):,} of "
            f"{len(distance):,} are not: the network has diverged; train with a lower learning rate"
        )


def roc(distance: Distances, same: Same) -> Roc:
    """The curve of equally weighted pairs.

    >>> curve = roc(np.float32([0.1, 0.2, 0.3]), np.array([True, False, True]))
    >>> curve.far.tolist(), curve.frr.tolist()
    ([0.0, 0.0, 1.0, 1.0], [1.0, 0.5, 0.5, 0.0])
    """
    return rank_pairs(distance, same).roc(np.ones(len(same)))


def auc(curve: Roc) -> float:
    """The chance that a genuine pair is nearer than an impostor pair; ties count one half."""
    tar = 1 - curve.frr
    return float(np.sum(np.diff(curve.far) * (tar[1:] + tar[:-1]) / 2))


def eer(curve: Roc) -> float:
    """The error rate where FAR = FRR, on the straight line between the two thresholds around it."""
    gap = curve.far - curve.frr
    if np.isnan(gap).any():
        return math.nan
    after = int(np.argmax(gap >= 0))
    step = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(curve.far[after - 1] + step * (curve.far[after] - curve.far[after - 1]))


def tar_at_far(curve: Roc, far: float) -> float:
    """The largest TAR of any threshold whose FAR is at most `far`; nothing is interpolated."""
    if np.isnan(curve.far[-1]):
        return math.nan
    # Sums of weights are rounded, so a FAR of exactly `far` may come out one ulp above it.
    return float(1 - curve.frr[np.searchsorted(curve.far, far + 1e-12, side="right") - 1])


def far_at_tar(curve: Roc, tar: float) -> float:
    """The smallest FAR of any threshold whose TAR is at least `tar`; nothing is interpolated.

    At 0.95 this is the "FPR95" that papers on image patches report.
    """
    if np.isnan(curve.frr[0]):
        return math.nan
    # `frr` descends: the first threshold that lets so many genuine pairs pass lets the fewest
    # impostors pass. Sums of weights are rounded, as above.
    return float(curve.far[np.argmax(curve.frr <= 1 - tar + 1e-12)])


def far_at(curve: Roc, threshold: float) -> float:
    return float(curve.far[np.searchsorted(curve.threshold, threshold, side="right") - 1])


def frr_at(curve: Roc, threshold: float) -> float:
    return float(curve.frr[np.searchsorted(curve.threshold, threshold, side="right") - 1])


def f1_at(curve: Roc, threshold: float, prior: float) -> float:
    """The harmonic mean of precision and recall where `prior` of all pairs are genuine.

        2·TP / (2·TP + FP + FN)   with   TP = prior·TAR, FN = prior·FRR, FP = (1 - prior)·FAR

    Precision depends on how common genuine pairs are, so F1 means nothing without the prior.

    >>> curve = roc(np.float32([0.1, 0.2, 0.3, 0.4]), np.array([True, False, True, False]))
    >>> round(f1_at(curve, 0.35, prior=0.5), 3)  # TP 1/2, FP 1/4, FN 0
    0.8
    """
    false_reject = frr_at(curve, threshold)
    found = prior * (1 - false_reject)
    wrong = (1 - prior) * far_at(curve, threshold) + prior * false_reject
    return 2 * found / (2 * found + wrong)


def impostors_needed(far: float) -> int:
    """How many impostor pairs a statement about this FAR asks for.

    >>> impostors_needed(0.001)
    30000
    """
    return math.ceil(PAIRS_PER_ERROR_RATE / far - 1e-9)


def _from_zero(running: Floats) -> Floats:
    return np.concatenate([[0.0], running])
