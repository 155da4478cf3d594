"""Distances of validation pairs into thresholds and probabilities: the numbers of a matcher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Distances, Same
from gemel.calibration import (
    Calibration,
    Threshold,
    choose_threshold,
    fit_calibration,
    parse_target,
)
from gemel.errors import DataError
from gemel.recipe.schema import CalibrationSetting

USUAL_TARGETS = ("eer", "far=0.1", "far=0.01", "far=0.001")


@final
@dataclass(frozen=True)
class Calibrated:
    """What validation pairs taught: the first threshold is the recipe's own."""

    calibration: Calibration
    thresholds: tuple[Threshold, ...]
    notices: tuple[str, ...]


def calibrate(distance: Distances, same: Same, setting: CalibrationSetting) -> Calibrated:
    """Fits both; the usual targets are set as far as the pairs support them.

    Raises `DataError` where they cannot support the recipe's own target.
    """
    wanted = parse_target(setting.target, setting.prior)
    thresholds = [choose_threshold(distance, same, wanted)]
    for text in USUAL_TARGETS:
        if text == wanted.text:
            continue
        try:
            thresholds.append(choose_threshold(distance, same, parse_target(text, setting.prior)))
        except DataError:
            break  # a lower rate needs more pairs still
    calibration = fit_calibration(distance, same, setting.method)
    return Calibrated(calibration, tuple(thresholds), tuple(_doubts(distance, same)))


def check_target(same: Same, setting: CalibrationSetting) -> None:
    """Raises `DataError` where pairs so many cannot support the recipe's own target.

    Whatever their distances will be, so that a training need not come first.
    """
    wanted = parse_target(setting.target, setting.prior)
    choose_threshold(np.arange(len(same), dtype=np.float32), same, wanted)


def _doubts(distance: Distances, same: Same) -> list[str]:
    if np.median(distance[same]) < np.median(distance[~same]):
        return []
    return [
        "matching validation pairs are no nearer than different ones, so the probabilities say "
        "nothing: train longer, add examples, or check whether the labels are exchanged"
    ]
