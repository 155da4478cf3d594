"""Bayes' rule: posterior probability from a log-likelihood ratio and a prior.

log-odds(same | distance) = log p(distance | same) / p(distance | different) + logit(prior)
"""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

from gemel.arrays import Floats
from gemel.errors import RecipeError

MOST_LOG_ODDS = 36.0
"""Log-odds are clipped to ±36: beyond, a float64 probability would round to 1."""


def logit(probability: float) -> float:
    """The log-odds of a probability, in nats."""
    return math.log(probability) - math.log1p(-probability)


def check_prior(prior: float) -> None:
    """Raises RecipeError unless 0 < prior < 1."""
    if not (isinstance(prior, Real) and 0 < prior < 1):
        raise RecipeError(f"the prior must be above 0 and below 1, as 0.1 is, got {prior!r}")


def posterior(log_likelihood_ratio: Floats, prior: float) -> Floats:
    """The probability of *same*, strictly between 0 and 1.

    `prior` is the share of all pairs that match. Raises RecipeError unless 0 < prior < 1.

    >>> posterior(np.array([0.0, np.log(9)]), prior=0.5).round(3).tolist()
    [0.5, 0.9]
    """
    check_prior(prior)
    log_odds = np.clip(log_likelihood_ratio + logit(prior), -MOST_LOG_ODDS, MOST_LOG_ODDS)
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float64)
