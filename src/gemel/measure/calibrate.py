"""Fit a matcher's calibration and thresholds to the distances of validation pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Distances, Same
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
from gemel.evaluation.pairs import PairSample, PairSource
from gemel.measure.chance import no_better_than_chance
from gemel.measure.compared import most_pairs
from gemel.measure.prepared import Prepared
from gemel.measure.threshold_intervals import with_intervals
from gemel.recipe.calibration import CalibrationSetting
from gemel.recipe.schema import Recipe

USUAL_TARGETS = ("eer", "far=0.1", "far=0.01", "far=0.001")

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
    evaluation = recipe.evaluation
    source: PairSource = "by-group" if evaluation.pairs == "by-group" else "sampled"
    most = most_pairs(recipe.tie, evaluation.most_pairs)
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
    thresholds = with_intervals(_thresholds(distance, pairs.same, setting), distance, pairs)
    if not labelled:
        thresholds = tuple(each.model_copy(update={"labels": None}) for each in thresholds)
    calibration = fit_calibration(distance, pairs.same, setting.method)
    doubts = [*no_better_than_chance(distance, pairs, calibration), *_few_labels(thresholds[0])]
    return Calibrated(calibration, thresholds, tuple(doubts))


def _thresholds(distance: Distances, same: Same, setting: CalibrationSetting) -> list[Threshold]:
    """The threshold for the recipe's target, then those for the usual targets."""
    wanted = parse_target(setting.target, setting.prior)
    thresholds = [choose_threshold(distance, same, wanted)]
    for text in USUAL_TARGETS:
        if text == wanted.text:
            continue
        try:
            target = parse_target(text, setting.prior)
            thresholds.append(choose_threshold(distance, same, target))
        except DataError:
            break  # a lower rate needs more pairs still
    return thresholds


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
