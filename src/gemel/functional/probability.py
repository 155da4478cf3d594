"""How good stated probabilities are, on pairs that carry weights.

The share of matching pairs in a test set is an accident of how they were drawn, so every figure
takes weights, and `prior_weights` makes them stand for a stated share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats, Indices, Same

BINS = 15
"""Of equal width over 0–1, as in Guo et al., "On calibration of modern neural networks", 2017."""


def prior_weights(same: Same, prior: float, weights: Floats | None = None) -> Floats:
    """(n,) weights: those of the genuine pairs sum to `prior`, the impostors' to 1 - `prior`.

    `weights` say how much each pair counts among its own kind; without them all count alike. A
    kind whose pairs all weigh 0 gets NaN.

    >>> prior_weights(np.array([True, False, False]), prior=0.2).tolist()
    [0.2, 0.4, 0.4]
    """
    weights = np.ones(len(same)) if weights is None else weights
    genuine = weighted_sum(same, weights)
    impostors = float(weights.sum()) - genuine
    with np.errstate(invalid="ignore", divide="ignore"):
        of_impostor, of_genuine = np.array([1 - prior, prior]) / np.array([impostors, genuine])
        return np.asarray(weights * np.where(same, of_genuine, of_impostor), np.float64)


def squared_error(probability: Floats, same: Same) -> Floats:
    """(n,) how far the probability lies from the answer, 0 or 1; its mean is the Brier score."""
    return np.asarray((probability - same) ** 2, np.float64)


def log_loss_terms(probability: Floats, same: Same) -> Floats:
    """(n,) minus the logarithm, in nats, of the probability given to the right answer.

    Their mean is the log loss; probabilities of 0 and 1 may not occur.
    """
    return np.asarray(-np.log(np.where(same, probability, 1 - probability)), np.float64)


def calibration_error(probability: Floats, same: Same, weights: Floats, bins: int = BINS) -> float:
    """Expected calibration error: how far promise and outcome lie apart, averaged over bins.

    sum over bins of   share of weight · | mean probability - share that matches |
    (Naeini, Cooper & Hauskrecht, AAAI 2015); bins of equal width, a border belongs to the upper.
    """
    gap = np.bincount(bin_of(probability, bins), weights * (probability - same), bins)
    return float(np.abs(gap).sum() / weights.sum())


def weighted_sum(values: Floats | Same, weights: Floats) -> float:
    """The sum of values times weights, without BLAS.

    On a busy machine the threads of a dot product wait for each other a hundred times as long as
    these few additions take, and a bootstrap needs thousands of them.
    """
    return float((values * weights).sum())


def weighted_mean(values: Floats, weights: Floats) -> float:
    """NaN where nothing has a weight, as in a resample that leaves all trials out."""
    total = float(weights.sum())
    return weighted_sum(values, weights) / total if total else math.nan


def bin_of(probability: Floats, bins: int = BINS) -> Indices:
    """(n,) the bin of equal width that each probability falls in; 1 belongs to the last."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


@final
@dataclass(frozen=True)
class Reliability:
    """The points of a reliability diagram, (bins,) each; a bin that holds nothing has NaN."""

    promised: Floats
    matched: Floats
    weight: Floats


def reliability(probability: Floats, same: Same, weights: Floats, bins: int = BINS) -> Reliability:
    """Mean probability against the share that matches, in the bins of `calibration_error`."""
    place = bin_of(probability, bins)
    weight = np.bincount(place, weights, bins)
    with np.errstate(invalid="ignore"):
        promised = np.bincount(place, weights * probability, bins) / weight
        matched = np.bincount(place, weights * same, bins) / weight
        return Reliability(promised, matched, weight / weight.sum())
