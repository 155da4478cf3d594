"""From distances of validation pairs to thresholds and probabilities: the numbers of a matcher."""

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
from gemel.evaluation.intervals import Basis, Units, bootstrap_figures
from gemel.evaluation.pairs import PairSample
from gemel.measure.chance import no_better_than_chance
from gemel.measure.compared import most_pairs
from gemel.measure.prepared import PairSource, Prepared
from gemel.recipe import Recipe
from gemel.recipe.schema import CalibrationSetting

USUAL_TARGETS = ("eer", "far=0.1", "far=0.01", "far=0.001")

ANEW = " anew"
"""What a share is called for which a threshold was chosen again."""

DOUBTFUL = 10
"""Times a rate that was asked for: where its interval reaches so far, that is said."""


@final
@dataclass(frozen=True)
class Calibrated:
    """What validation pairs taught: the first threshold is the recipe's own."""

    calibration: Calibration
    thresholds: tuple[Threshold, ...]
    notices: tuple[str, ...]


def calibration_pairs(recipe: Recipe, prepared: Prepared) -> PairSample:
    """The validation pairs that thresholds and probabilities are learned from."""
    asked = recipe.evaluation
    source: PairSource = "by-group" if asked.pairs == "by-group" else "sampled"
    most = most_pairs(recipe.tie, asked.most_pairs)
    return prepared.pairs("validation", source, recipe.seed, most)


def check_target(same: Same, setting: CalibrationSetting) -> None:
    """Raises `DataError` where pairs so many cannot support the recipe's own target.

    Whatever their distances will be, so that a training need not come first.
    """
    wanted = parse_target(setting.target, setting.prior)
    choose_threshold(np.arange(len(same), dtype=np.float32), same, wanted)


def calibrate(
    distance: Distances, pairs: PairSample, setting: CalibrationSetting, *, labelled: bool = True
) -> Calibrated:
    """Fits both to the distances (n,) of pairs; the usual targets as far as the pairs support them.

    Without labels (a table of pairs) items that matching pairs join stand for one, uncounted.
    Raises `DataError` where they cannot support the recipe's own target.
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
    """Each with the 95 % intervals of its error rates, drawn over the labels of the pairs.

    A threshold for a false-accept rate was chosen to have it on these very pairs, so it is chosen
    anew in every resample too, and what it then lets pass of all pairs counts as well: the interval
    covers both. Of a few labels the rarest of errors are not met at all, and drawing
    the labels again tells nothing of them. So no interval is narrower than Wilson's for as many
    independent trials as there are pairs of labels (false accepts) or `TRIALS_PER_LABEL` for each
    label (false rejects).
    """
    kinds = {"far": ~pairs.same, "frr": pairs.same}
    if pairs.skilled is not None and pairs.skilled.any():
        kinds["far_skilled"] = pairs.skilled
    shares = _error_shares(thresholds, distance, kinds)
    anew = _shares_chosen_anew(thresholds, distance, pairs)

    def rates(weights: Floats) -> dict[str, float]:
        return shares(weights) | anew(weights)

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


def _error_shares(
    thresholds: Sequence[Threshold], distance: Distances, kinds: Mapping[str, Same]
) -> Callable[[Floats], dict[str, float]]:
    """By weight, of each kind of pairs the share that each threshold n is wrong of: `far 0`."""
    limits = np.array([threshold.distance for threshold in thresholds], np.float32)
    accepted = (distance[:, None] <= limits).astype(np.float64)
    wrong = {kind: 1 - accepted if kind == "frr" else accepted for kind in kinds}

    def shares(weights: Floats) -> dict[str, float]:
        named: dict[str, float] = {}
        for kind, of_kind in kinds.items():
            counted = weights * of_kind
            with np.errstate(invalid="ignore"):
                share = np.einsum("n,nt->t", counted, wrong[kind]) / counted.sum()
            named |= {f"{kind} {n}": float(each) for n, each in enumerate(share)}
        return named

    return shares


def _shares_chosen_anew(
    thresholds: Sequence[Threshold], distance: Distances, pairs: PairSample
) -> Callable[[Floats], dict[str, float]]:
    """By weight, what the threshold for a rate, chosen on pairs of these weights, lets pass of all
    different pairs: `far 0 anew`."""
    targets = [parse_target(threshold.target) for threshold in thresholds]
    wanted = {n: each.rate for n, each in enumerate(targets) if isinstance(each, FarTarget)}
    impostors = np.flatnonzero(~pairs.same)
    nearest_first = impostors[np.argsort(distance[impostors], kind="stable")]
    # A threshold lets pass all pairs of one distance or none.
    last = np.flatnonzero(np.diff(distance[nearest_first], append=np.inf))
    upto = np.append(0, last + 1)

    def shares(weights: Floats) -> dict[str, float]:
        if not wanted:
            return {}
        counted = weights[nearest_first]
        if not counted.any():
            return {f"far {n}{ANEW}": math.nan for n in wanted}
        passed = (np.cumsum(counted) / counted.sum())[last]
        chosen = {
            n: upto[np.searchsorted(passed, rate + 1e-12, side="right")] / len(impostors)
            for n, rate in wanted.items()
        }
        return {f"far {n}{ANEW}": float(share) for n, share in chosen.items()}

    return shares


def _widest(figures: Mapping[str, Figure], error: str) -> tuple[float, float]:
    """From the lowest to the highest end of what is known of an error."""
    known = [figure for name, figure in figures.items() if name.removesuffix(ANEW) == error]
    return min(each.low for each in known), max(each.high for each in known)


def score_curve(distance: Distances, pairs: PairSample, prepared: Prepared) -> ScoreCurve | None:
    """From distances to the scores that people gave; None where they gave none."""
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
        f"the threshold for {threshold.target} was set on {threshold.impostors:,} different pairs, "
        f"and they are of {few}: among others it may let {high:.1%} pass. Add some, or set "
        "calibration.target to a higher rate"
    ]
