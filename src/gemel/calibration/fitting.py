"""Which calibration to fit, and the type that a matcher saves."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import Field

from gemel.arrays import Distances, Same
from gemel.calibration.isotonic import IsotonicCalibration, fit_isotonic
from gemel.calibration.logistic import LogisticCalibration, fit_logistic

Calibration: TypeAlias = Annotated[
    LogisticCalibration | IsotonicCalibration, Field(discriminator="kind")
]

Method: TypeAlias = Literal["auto", "logistic", "isotonic"]

PAIRS_FOR_ISOTONIC = 1_000
"""Of each kind. A. Niculescu-Mizil & R. Caruana ("Predicting good probabilities with supervised
learning", ICML 2005, section 5) find isotonic regression worse than Platt's line below about 1,000
cases, because it overfits, and as good or better above. Asking it of the rarer kind is the careful
reading: the curve can be no finer than the rarer kind allows."""


def fit_calibration(distance: Distances, same: Same, method: Method = "auto") -> Calibration:
    """Learn from labelled pairs how probable *same* is at a distance.

    `auto` is isotonic from `PAIRS_FOR_ISOTONIC` genuine and as many impostor pairs, else logistic.
    The pairs must come from identities that the network was not trained on.
    Raises DataError unless there are genuine and impostor pairs and every distance is finite.

    >>> near, far = np.float32([0.1, 0.3, 0.6]), np.float32([0.5, 0.9, 1.0])
    >>> same = np.array([True] * 3 + [False] * 3)
    >>> calibration = fit_calibration(np.concatenate([near, far]), same)
    >>> calibration.kind, (calibration.probability(near) > 0.5).tolist()
    ('logistic', [True, True, False])
    """
    if method == "auto":
        genuine = int(np.sum(same))
        rarer = min(genuine, len(same) - genuine)
        method = "isotonic" if rarer >= PAIRS_FOR_ISOTONIC else "logistic"
    return (fit_isotonic if method == "isotonic" else fit_logistic)(distance, same)
