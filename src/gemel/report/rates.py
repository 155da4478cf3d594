"""Error rates of the test pairs at every threshold, for the ROC and the DET curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats
from gemel.functional.roc import Roc, far_at, frr_at, roc
from gemel.report.chart import Band, Frame
from gemel.report.contents import TestPairs
from gemel.report.numbers import percent

READINGS = 48


@final
@dataclass(frozen=True)
class Rates:
    """The curve, the error rates at the run's threshold, and the smallest rate above 0 that these
    pairs can have (`finest`).
    """

    curve: Roc
    own_far: float
    own_frr: float
    finest: float

    def readings(
        self, frame: Frame, lowest: float, height: Callable[[Floats], Floats]
    ) -> tuple[Band, ...]:
        """Bands with tooltips at `READINGS` FARs from `lowest` on; `height` maps an FRR to the
        vertical axis.
        """
        far = np.geomspace(lowest, frame.across.high, READINGS)
        index = np.searchsorted(self.curve.far, far, side="right") - 1
        frr, threshold = self.curve.frr[index], self.curve.threshold[index]
        words = [
            f"{percent(a)} false accepts\n{percent(1 - b)} true accepts"
            + (f"\nthreshold {c:.3g}" if np.isfinite(c) else "")
            for a, b, c in zip(far.tolist(), frr.tolist(), threshold.tolist(), strict=True)
        ]
        dots = [(frame.dot(a, b, "accent"),) for a, b in zip(far, height(frr), strict=True)]
        return frame.bands(far, words, dots)


def rates(pairs: TestPairs) -> Rates:
    """The rates of these pairs."""
    curve, threshold = roc(pairs.distance, pairs.same), pairs.decision.threshold
    finest = 1 / max(pairs.genuine, pairs.impostors)
    return Rates(curve, far_at(curve, threshold), frr_at(curve, threshold), finest)
