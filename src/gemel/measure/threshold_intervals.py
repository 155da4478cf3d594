"""Intervals of the error rates of thresholds, which resample labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gemel.arrays import Distances, Floats, Same
from gemel.calibration import FarTarget, Threshold, parse_target
from gemel.evaluation.figure import Figure
from gemel.evaluation.intervals import Basis, bootstrap_figures
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.units import Units

ANEW = " anew"
"""Suffix of the error rates of a threshold that is chosen again in each bootstrap resample."""


def with_intervals(
    thresholds: Sequence[Threshold], distance: Distances, pairs: PairSample
) -> tuple[Threshold, ...]:
    """The thresholds with 95 % intervals of their error rates, which resample the pairs' labels.

    A threshold for a FAR was chosen to have it on these very pairs, so the interval also covers
    the FAR on all pairs of the thresholds chosen on each resample. A few labels may show no errors
    at all, whatever the resample, so no interval is narrower than Wilson's with an effective sample
    size of one per pair of labels (false accepts) or `TRIALS_PER_LABEL` per label (false rejects).
    """
    kinds = {"far": ~pairs.same, "frr": pairs.same}
    if pairs.skilled is not None and pairs.skilled.any():
        kinds["far_skilled"] = pairs.skilled
    fixed = error_rates(thresholds, distance, kinds)
    rechosen = far_chosen_anew(thresholds, distance, pairs)

    def rates(weights: Floats) -> dict[str, float]:
        return fixed(weights) | rechosen(weights)

    needed = {name: (name.partition(" ")[0],) for name in rates(np.ones(len(pairs)))}
    units = Units.of_pairs(pairs.left_unit, pairs.right_unit)
    figures = bootstrap_figures(rates, units, Basis(kinds, needed, frozenset(needed)))
    known = []
    for n, threshold in enumerate(thresholds):
        update: dict[str, Any] = {"labels": units.count}
        update |= {f"{kind}_interval": _widest(figures, f"{kind} {n}") for kind in kinds}
        if "far_skilled" in kinds:
            update["far_skilled"] = figures[f"far_skilled {n}"].value
        known.append(threshold.model_copy(update=update))
    return tuple(known)


def error_rates(
    thresholds: Sequence[Threshold], distance: Distances, kinds: Mapping[str, Same]
) -> Callable[[Floats], dict[str, float]]:
    """A function of the pairs' weights: the error rate of each threshold on each kind of pairs, as
    `far 0` for the first threshold.
    """
    limits = np.array([threshold.distance for threshold in thresholds], np.float32)
    ascending, place = np.unique(limits, return_inverse=True)
    # A pair is rejected by the first `strict` of the ascending limits, and accepted by the others.
    strict = np.searchsorted(ascending, distance)

    def rates(weights: Floats) -> dict[str, float]:
        named: dict[str, float] = {}
        for kind, of_kind in kinds.items():
            accepted = np.cumsum(np.bincount(strict, weights * of_kind, len(ascending) + 1))
            total = accepted[-1]
            wrong = total - accepted if kind == "frr" else accepted
            with np.errstate(invalid="ignore"):
                rate = wrong[place] / total
            named |= {f"{kind} {n}": float(each) for n, each in enumerate(rate)}
        return named

    return rates


def far_chosen_anew(
    thresholds: Sequence[Threshold], distance: Distances, pairs: PairSample
) -> Callable[[Floats], dict[str, float]]:
    """A function of the pairs' weights: the FAR on all pairs, unweighted, of the threshold that is
    chosen for a target FAR on the weighted pairs, as `far 0 anew`.
    """
    targets = [parse_target(threshold.target) for threshold in thresholds]
    wanted = {
        f"far {n}{ANEW}": each.rate for n, each in enumerate(targets) if isinstance(each, FarTarget)
    }
    impostors = np.flatnonzero(~pairs.same)
    nearest_first = impostors[np.argsort(distance[impostors], kind="stable")]
    # A threshold accepts either all or none of the pairs with equal distances.
    last = np.flatnonzero(np.diff(distance[nearest_first], append=np.inf))
    accepted = np.append(0, last + 1)

    def rates(weights: Floats) -> dict[str, float]:
        counted = weights[nearest_first]
        if not (wanted and counted.any()):
            return dict.fromkeys(wanted, math.nan)
        far = (np.cumsum(counted) / counted.sum())[last]
        chosen = np.searchsorted(far, [rate + 1e-12 for rate in wanted.values()], side="right")
        return dict(zip(wanted, (accepted[chosen] / len(impostors)).tolist(), strict=True))

    return rates


def _widest(figures: Mapping[str, Figure], error: str) -> tuple[float, float]:
    """The union of the intervals of an error rate, with the threshold fixed and rechosen."""
    known = [figure for name, figure in figures.items() if name.removesuffix(ANEW) == error]
    return min(each.low for each in known), max(each.high for each in known)
