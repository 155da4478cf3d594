"""Choose a calibration method by the number of pairs, and fit it."""

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
"""The fewest pairs of either kind for which `auto` is isotonic. A. Niculescu-Mizil & R. Caruana
("Predicting good probabilities with supervised learning", ICML 2005, section 5) find that isotonic
regression overfits below about 1,000 cases, where Platt's method is better. The rarer kind is
counted, because it limits the resolution of the curve."""


def fit_calibration(distance: Distances, same: Same, method: Method = "auto") -> Calibration:
    """Fit the probability of *same* as a function of distance to labelled pairs.

    `auto` is isotonic from `PAIRS_FOR_ISOTONIC` pairs of either kind on, else logistic. The pairs
    must come from identities that the network was not trained on.
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
