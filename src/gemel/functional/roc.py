"""ROC curves of weighted pairs, and the figures read off them: AUC, EER, TAR at a FAR, F1.

A pair is accepted as the same when its distance is at most the threshold.

    FAR  false accept rate   share of impostor pairs (different) that are accepted
    FRR  false reject rate   share of genuine pairs (same) that are rejected
    TAR  true accept rate    1 - FRR

A bootstrap resample is the same pairs with other weights, so pairs are sorted once (`rank_pairs`)
and each resample costs two cumulative sums (`RankedPairs.roc`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Distances, Floats, Indices, Same
from gemel.errors import DataError

PAIRS_PER_ERROR_RATE = 30
"""A false accept rate of 1/m is reported only from 30·m impostor pairs on: about 30 of them are
then accepted, and the relative standard error is below a fifth (1/√30). Doddington's rule of 30
(Doddington et al., "The NIST speaker recognition evaluation", 2000)."""


@final
@dataclass(frozen=True)
class Roc:
    """Error rates (t,) by threshold (t,).

    `threshold` is -inf, then every distinct distance, ascending; `far` rises from 0 to 1 and `frr`
    falls from 1 to 0.
    """

    threshold: Floats
    far: Floats
    frr: Floats


@final
@dataclass(frozen=True)
class RankedPairs:
    """Pairs sorted by distance, ready for the curve of any weights."""

    threshold: Floats
    order: Indices
    same: Floats
    last: Indices
    """The last position of each distinct distance in sorted order."""

    def roc(self, weights: Floats) -> Roc:
        """The curve with weights (n,); the rate of a kind is NaN where its pairs all weigh 0."""
        weights = weights[self.order]
        genuine = weights * self.same
        accepted_genuine = _prepend_zero(np.cumsum(genuine)[self.last])
        accepted_impostors = _prepend_zero(np.cumsum(weights - genuine)[self.last])
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
    """Raise DataError unless there are genuine and impostor pairs and every distance is finite."""
    if distance.shape != same.shape or distance.ndim != 1:
        raise DataError(
            "distances and labels of pairs must be two arrays of one shape (n,), got "
            f"{distance.shape} and {same.shape}"
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
            f"distances must be finite, got {int((~np.isfinite(distance)).sum()):,} of "
            f"{len(distance):,} that are not: the network has diverged; train with a lower "
            "learning rate"
        )


def roc(distance: Distances, same: Same) -> Roc:
    """The curve of equally weighted pairs, `distance` (n,) and `same` (n,).

    Raises DataError as `rank_pairs` does.

    >>> curve = roc(np.float32([0.1, 0.2, 0.3]), np.array([True, False, True]))
    >>> curve.far.tolist(), curve.frr.tolist()
    ([0.0, 0.0, 1.0, 1.0], [1.0, 0.5, 0.5, 0.0])
    """
    return rank_pairs(distance, same).roc(np.ones(len(same)))


def auc(curve: Roc) -> float:
    """Area under the ROC curve: the probability that a genuine pair is nearer than an impostor
    pair, ties counting one half.
    """
    tar = 1 - curve.frr
    return float(np.sum(np.diff(curve.far) * (tar[1:] + tar[:-1]) / 2))


def eer(curve: Roc) -> float:
    """Equal error rate: where FAR = FRR, interpolated linearly between two thresholds."""
    gap = curve.far - curve.frr
    if np.isnan(gap).any():
        return math.nan
    after = int(np.argmax(gap >= 0))
    step = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(curve.far[after - 1] + step * (curve.far[after] - curve.far[after - 1]))


def tar_at_far(curve: Roc, far: float) -> float:
    """The largest TAR of any threshold whose FAR is at most `far`, without interpolation."""
    if np.isnan(curve.far[-1]):
        return math.nan
    # Rounding of the weights' sums may put a FAR of exactly `far` one ulp above it.
    return float(1 - curve.frr[np.searchsorted(curve.far, far + 1e-12, side="right") - 1])


def far_at_tar(curve: Roc, tar: float) -> float:
    """The smallest FAR of any threshold whose TAR is at least `tar`, without interpolation.

    At 0.95 this is the FPR95 of papers on image patches.
    """
    if np.isnan(curve.frr[0]):
        return math.nan
    # `far` ascends, so the first threshold with the TAR has the least FAR; rounding as above.
    return float(curve.far[np.argmax(curve.frr <= 1 - tar + 1e-12)])


def far_at(curve: Roc, threshold: float) -> float:
    """The false accept rate at a distance threshold."""
    return float(curve.far[np.searchsorted(curve.threshold, threshold, side="right") - 1])


def frr_at(curve: Roc, threshold: float) -> float:
    """The false reject rate at a distance threshold."""
    return float(curve.frr[np.searchsorted(curve.threshold, threshold, side="right") - 1])


def accuracy_at(curve: Roc, threshold: float, prior: float) -> float:
    """The share of right answers at a distance threshold, where `prior` of all pairs match.

    >>> curve = roc(np.float32([0.1, 0.2, 0.3, 0.4]), np.array([True, False, True, False]))
    >>> round(accuracy_at(curve, 0.35, prior=0.2), 3)  # 0.8 * 1/2 + 0.2 * 1
    0.6
    """
    wrong = (1 - prior) * far_at(curve, threshold)
    return 1 - wrong - prior * frr_at(curve, threshold)


def f1_at(curve: Roc, threshold: float, prior: float) -> float:
    """F1 score, the harmonic mean of precision and recall, where `prior` of all pairs match.

        2·TP / (2·TP + FP + FN)   with   TP = prior·TAR, FN = prior·FRR, FP = (1 - prior)·FAR

    Precision, and so F1, depends on the prior.

    >>> curve = roc(np.float32([0.1, 0.2, 0.3, 0.4]), np.array([True, False, True, False]))
    >>> round(f1_at(curve, 0.35, prior=0.5), 3)  # TP 1/2, FP 1/4, FN 0
    0.8
    """
    false_reject = frr_at(curve, threshold)
    found = prior * (1 - false_reject)
    wrong = (1 - prior) * far_at(curve, threshold) + prior * false_reject
    return 2 * found / (2 * found + wrong)


def impostors_needed(far: float) -> int:
    """How many impostor pairs it takes to measure this FAR (see PAIRS_PER_ERROR_RATE).

    >>> impostors_needed(0.001)
    30000
    """
    return math.ceil(PAIRS_PER_ERROR_RATE / far - 1e-9)


def _prepend_zero(cumulative: Floats) -> Floats:
    return np.concatenate([[0.0], cumulative])
