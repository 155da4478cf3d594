"""Fit a matcher's calibration and thresholds to the distances of validation pairs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from gemel.arrays import Distances, Floats, Same
from gemel.calibration import (
    Calibration,
    FarTarget,
    ScoreCurve,
    Threshold,
    choose_threshold,
    fit_calibration,
    fit_score_curve,
    parse_target,
)
from gemel.counting import count
from gemel.errors import DataError
from gemel.evaluation.figure import Figure
from gemel.evaluation.intervals import Basis, bootstrap_figures
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.units import Units
from gemel.measure.chance import no_better_than_chance
from gemel.measure.compared import most_pairs
from gemel.measure.prepared import PairSource, Prepared
from gemel.recipe import Recipe
from gemel.recipe.schema import CalibrationSetting

USUAL_TARGETS = ("eer", "far=0.1", "far=0.01", "far=0.001")

ANEW = " anew"
"""Suffix of the error rates of a threshold that is chosen again in each bootstrap resample."""

DOUBTFUL = 10
"""A notice is given where the interval of a FAR reaches this multiple of the target rate."""


@final
@dataclass(frozen=True)
class Calibrated:
    """The fitted calibration and thresholds; the first threshold is for the recipe's target."""

    calibration: Calibration
    thresholds: tuple[Threshold, ...]
    notices: tuple[str, ...]


def calibration_pairs(recipe: Recipe, prepared: Prepared) -> PairSample:
    """The validation pairs that thresholds and calibration are fitted to."""
    asked = recipe.evaluation
    source: PairSource = "by-group" if asked.pairs == "by-group" else "sampled"
    most = most_pairs(recipe.tie, asked.most_pairs)
    return prepared.pairs("validation", source, recipe.seed, most)


def check_target(same: Same, setting: CalibrationSetting) -> None:
    """Raise DataError where there are too few pairs for the recipe's target.

    This depends on their number alone, so it can be checked before training.
    """
    wanted = parse_target(setting.target, setting.prior)
    choose_threshold(np.arange(len(same), dtype=np.float32), same, wanted)


def calibrate(
    distance: Distances, pairs: PairSample, setting: CalibrationSetting, *, labelled: bool = True
) -> Calibrated:
    """Fit calibration and thresholds to pairs and their distances (n,).

    Thresholds are for the recipe's target, and for the usual targets that there are enough pairs
    for. `labelled` is False for a table of pairs, whose number of labels is unknown. Raises
    DataError where there are too few pairs for the recipe's target.
    """
    wanted = parse_target(setting.target, setting.prior)
    thresholds = [choose_threshold(distance, pairs.same, wanted)]
    for text in USUAL_TARGETS:
        if text == wanted.text:
            continue
        try:
            target = parse_target(text, setting.prior)
            thresholds.append(choose_threshold(distance, pairs.same, target))
        except DataError:
            break  # a lower rate needs more pairs still
    known = with_intervals(thresholds, distance, pairs)
    if not labelled:
        known = tuple(each.model_copy(update={"labels": None}) for each in known)
    calibration = fit_calibration(distance, pairs.same, setting.method)
    doubts = [*no_better_than_chance(distance, pairs, calibration), *_few_labels(known[0])]
    return Calibrated(calibration, known, tuple(doubts))


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
    fixed = _error_rates(thresholds, distance, kinds)
    rechosen = _shares_chosen_anew(thresholds, distance, pairs)

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


def _error_rates(
    thresholds: Sequence[Threshold], distance: Distances, kinds: Mapping[str, Same]
) -> Callable[[Floats], dict[str, float]]:
    """A function of the pairs' weights: the error rate of each threshold on each kind of pairs, as
    `far 0` for the first threshold.
    """
    limits = np.array([threshold.distance for threshold in thresholds], np.float32)
    accepted = (distance[:, None] <= limits).astype(np.float64)
    wrong = {kind: 1 - accepted if kind == "frr" else accepted for kind in kinds}

    def rates(weights: Floats) -> dict[str, float]:
        named: dict[str, float] = {}
        for kind, of_kind in kinds.items():
            counted = weights * of_kind
            with np.errstate(invalid="ignore"):
                rate = np.einsum("n,nt->t", counted, wrong[kind]) / counted.sum()
            named |= {f"{kind} {n}": float(each) for n, each in enumerate(rate)}
        return named

    return rates


def _shares_chosen_anew(
    thresholds: Sequence[Threshold], distance: Distances, pairs: PairSample
) -> Callable[[Floats], dict[str, float]]:
    """A function of the pairs' weights: the FAR on all pairs, unweighted, of the threshold that is
    chosen for a target FAR on the weighted pairs, as `far 0 anew`.
    """
    targets = [parse_target(threshold.target) for threshold in thresholds]
    wanted = {n: each.rate for n, each in enumerate(targets) if isinstance(each, FarTarget)}
    impostors = np.flatnonzero(~pairs.same)
    nearest_first = impostors[np.argsort(distance[impostors], kind="stable")]
    # A threshold accepts either all or none of the pairs with equal distances.
    last = np.flatnonzero(np.diff(distance[nearest_first], append=np.inf))
    accepted = np.append(0, last + 1)

    def rates(weights: Floats) -> dict[str, float]:
        if not wanted:
            return {}
        counted = weights[nearest_first]
        if not counted.any():
            return {f"far {n}{ANEW}": math.nan for n in wanted}
        far = (np.cumsum(counted) / counted.sum())[last]
        chosen = {
            n: accepted[np.searchsorted(far, rate + 1e-12, side="right")] / len(impostors)
            for n, rate in wanted.items()
        }
        return {f"far {n}{ANEW}": float(rate) for n, rate in chosen.items()}

    return rates


def _widest(figures: Mapping[str, Figure], error: str) -> tuple[float, float]:
    """The union of the intervals of an error rate, with the threshold fixed and rechosen."""
    known = [figure for name, figure in figures.items() if name.removesuffix(ANEW) == error]
    return min(each.low for each in known), max(each.high for each in known)


def score_curve(distance: Distances, pairs: PairSample, prepared: Prepared) -> ScoreCurve | None:
    """Fit distances to the scores that people gave; None where there are none."""
    given = prepared.dataset.pairs
    if given is None or given.scale is None or pairs.scores is None:
        return None
    return fit_score_curve(distance, pairs.scores, given.scale)


def _few_labels(threshold: Threshold) -> list[str]:
    target = parse_target(threshold.target)
    assert threshold.far_interval is not None
    high = threshold.far_interval[1]
    if not isinstance(target, FarTarget) or high < DOUBTFUL * target.rate:
        return []
    few = "few items" if threshold.labels is None else count(threshold.labels, "label")
    return [
        f"the threshold for {threshold.target} was chosen on {threshold.impostors:,} different "
        f"pairs of only {few}: on other items it may accept up to {high:.1%}. Add labels, or set "
        "calibration.target to a higher rate"
    ]
