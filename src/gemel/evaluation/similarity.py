"""Graded similarity: agreement of predicted scores with the scores that people gave.

Pearson's and Spearman's correlation and the mean squared error, as reported for SICK and STS-B.
Intervals resample items, not pairs: a sentence that occurs in many pairs is one sentence. Where
pairs connect items to many separate sets, these are resampled as wholes.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats, Indices
from gemel.errors import DataError
from gemel.evaluation.figure import Figures, Missing
from gemel.evaluation.intervals import Basis, bootstrap_figures
from gemel.evaluation.resampling import Bootstrap
from gemel.evaluation.units import Units, separate_sets
from gemel.functional.probability import weighted_mean, weighted_sum

SIMILARITY = ("pearson", "spearman", "mse")


def similarity(
    predicted: Floats,
    given: Floats,
    ends: tuple[Indices, Indices],
    bootstrap: Bootstrap = Bootstrap(),
) -> Figures:
    """`pearson`, `spearman` and `mse` of `predicted` (n,) and `given` (n,) scores of pairs.

    `ends` are the left and the right items (n,) of the pairs. The correlations are missing where
    all predicted scores are equal. Raises DataError for fewer than three pairs, or where all given
    scores are equal.

    >>> ends = np.arange(4), np.arange(4, 8)
    >>> figures = similarity(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 5]), ends)
    >>> figures["spearman"].value, figures["mse"].value
    (1.0, 0.25)
    """
    if len(given) < 3 or np.ptp(given) == 0:
        scores = f" with scores from {given.min():g} to {given.max():g}" if len(given) else ""
        raise DataError(
            "correlation needs three pairs or more whose scores differ, got "
            f"{len(given)} pairs{scores}: add pairs, or measure with --protocol verification"
        )
    ranks = _ranks(predicted), _ranks(given)
    squared = (predicted - given) ** 2

    correlated = {"pearson": (predicted, given), "spearman": ranks}
    # Detected here, since after rounding the variance of a constant need not be 0.
    constant = [name for name, (scores, _) in correlated.items() if np.ptp(scores) == 0]

    def figures(weights: Floats) -> dict[str, float]:
        values = {
            name: pearson(*pair, weights=weights)
            for name, pair in correlated.items()
            if name not in constant
        }
        return values | {"mse": weighted_mean(squared, weights)}

    worst = max(float(np.ptp(given)) ** 2, float(squared.max()))
    bounds = {"pearson": (-1.0, 1.0), "spearman": (-1.0, 1.0), "mse": (0.0, worst)}
    basis = Basis.all_trials(len(given), *bounds)
    sets = separate_sets(*ends)
    units = Units.of_pairs(*(ends if sets is None else (sets, sets)))
    measured = bootstrap_figures(figures, units, basis, bootstrap, bounds)
    missing = Missing(missing="needs predicted scores that differ, got one score for all pairs")
    return {name: missing if name in constant else measured[name] for name in bounds}


def pearson(one: Floats, other: Floats, weights: Floats) -> float:
    """Pearson's correlation of two (n,) with weights (n,); NaN where either does not vary."""
    if weights.sum() == 0:
        return float("nan")
    counted = weights > 0
    if np.ptp(one[counted]) == 0 or np.ptp(other[counted]) == 0:
        return float("nan")
    share = weights / weights.sum()
    one, other = one - weighted_sum(one, share), other - weighted_sum(other, share)
    variances = weighted_sum(one**2, share) * weighted_sum(other**2, share)
    return float(np.clip(weighted_sum(one * other, share) / np.sqrt(variances), -1.0, 1.0))


def _ranks(values: Floats) -> Floats:
    """Ranks from 0; equal values share their mean rank."""
    _, index, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Floats = (last - (count + 1) / 2)[index].astype(np.float64)
    return ranks
