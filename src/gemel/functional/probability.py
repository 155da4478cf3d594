"""Quality of predicted probabilities, on weighted pairs: Brier score, log loss, calibration error.

The share of matching pairs in a test set depends on how they were sampled, so every figure takes
weights, and `prior_weights` reweights the pairs to a given prior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats, Indices, Same

BINS = 15
"""Bins of equal width over 0–1, as in Guo et al., "On calibration of modern neural networks",
2017."""


def prior_weights(same: Same, prior: float, weights: Floats | None = None) -> Floats:
    """(n,) weights whose sum is `prior` over genuine pairs and 1 - `prior` over impostor pairs.

    `weights` (n,) are relative weights within each kind, by default equal. A kind whose total
    weight is 0 gets NaN.

    >>> prior_weights(np.array([True, False, False]), prior=0.2).tolist()
    [0.2, 0.4, 0.4]
    """
    weights = np.ones(len(same)) if weights is None else weights
    genuine = weighted_sum(same, weights)
    impostors = float(weights.sum()) - genuine
    with np.errstate(invalid="ignore", divide="ignore"):
        impostor_scale, genuine_scale = np.array([1 - prior, prior]) / [impostors, genuine]
        return np.asarray(weights * np.where(same, genuine_scale, impostor_scale), np.float64)


def squared_error(probability: Floats, same: Same) -> Floats:
    """(n,) squared difference of the probability and the outcome; its mean is the Brier score."""
    return np.asarray((probability - same) ** 2, np.float64)


def log_loss_terms(probability: Floats, same: Same) -> Floats:
    """(n,) negative log-likelihood of the outcome, in nats; its mean is the log loss.

    Probabilities must lie strictly between 0 and 1.
    """
    return np.asarray(-np.log(np.where(same, probability, 1 - probability)), np.float64)


def calibration_error(probability: Floats, same: Same, weights: Floats, bins: int = BINS) -> float:
    """Expected calibration error, over bins of equal width.

        sum over bins of   share of weight · | mean probability - share that matches |

    Naeini, Cooper & Hauskrecht, AAAI 2015. A bin includes its lower edge.
    """
    gap = np.bincount(bin_of(probability, bins), weights * (probability - same), bins)
    return float(np.abs(gap).sum() / weights.sum())


def weighted_sum(values: Floats | Same, weights: Floats) -> float:
    """The sum of values times weights, without BLAS.

    On a busy machine the synchronisation of BLAS threads takes a hundred times as long as a sum
    this small, and a bootstrap computes thousands of them.
    """
    return float((values * weights).sum())


def weighted_mean(values: Floats, weights: Floats) -> float:
    """The weighted mean; NaN where all weights are 0, as in a resample without any trials."""
    total = float(weights.sum())
    return weighted_sum(values, weights) / total if total else math.nan


def bin_of(probability: Floats, bins: int = BINS) -> Indices:
    """(n,) the bin of equal width of each probability; 1 belongs to the last bin."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


@final
@dataclass(frozen=True)
class Reliability:
    """The points of a reliability diagram, (bins,) each; NaN for an empty bin."""

    promised: Floats
    """Mean probability."""
    matched: Floats
    """Share of pairs that match."""
    weight: Floats
    """Share of the total weight; 0 for an empty bin."""


def reliability(probability: Floats, same: Same, weights: Floats, bins: int = BINS) -> Reliability:
    """Mean probability and share of matching pairs in each bin of `calibration_error`."""
    index = bin_of(probability, bins)
    weight = np.bincount(index, weights, bins)
    with np.errstate(invalid="ignore"):
        promised = np.bincount(index, weights * probability, bins) / weight
        matched = np.bincount(index, weights * same, bins) / weight
        return Reliability(promised, matched, weight / weight.sum())
