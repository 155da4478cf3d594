"""Calibration of distances to probabilities, and choice of decision thresholds.

A fitted calibration or threshold is a frozen model of plain numbers, saved with the matcher as
JSON.
"""

from gemel.calibration.fitting import Calibration, Method, fit_calibration
from gemel.calibration.isotonic import IsotonicCalibration, fit_isotonic
from gemel.calibration.logistic import LogisticCalibration, fit_logistic
from gemel.calibration.score_curve import ScoreCurve, fit_score_curve
from gemel.calibration.thresholds import (
    CostTarget,
    EerTarget,
    FarTarget,
    Target,
    Threshold,
    choose_threshold,
    parse_target,
)

__all__ = [
    "Calibration",
    "CostTarget",
    "EerTarget",
    "FarTarget",
    "IsotonicCalibration",
    "LogisticCalibration",
    "Method",
    "ScoreCurve",
    "Target",
    "Threshold",
    "choose_threshold",
    "fit_calibration",
    "fit_isotonic",
    "fit_logistic",
    "fit_score_curve",
    "parse_target",
]
