"""Error rates at every threshold, as the ROC and the DET curve draw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats
from gemel.functional.roc import Roc, far_at, frr_at, roc
from gemel.report.chart import Band, Frame
from gemel.report.contents import TestPairs
from gemel.report.naming import percent

NO_CURVE = "This curve needs both matching pairs and different ones to compare."
READINGS = 48


@final
@dataclass(frozen=True)
class Rates:
    """A curve, and where the run's threshold lies on it.

    `finest` is the smallest rate above 0 that the pairs can show.
    """

    curve: Roc
    own_far: float
    own_frr: float
    finest: float

    def readings(
        self, frame: Frame, lowest: float, height: Callable[[Floats], Floats]
    ) -> tuple[Band, ...]:
        """What a pointer reads off; `height` turns a false-reject rate into the chart's."""
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


def rates(pairs: TestPairs) -> Rates | None:
    """None where one of the two kinds of pair is missing."""
    genuine = int(pairs.same.sum())
    impostor = len(pairs) - genuine
    if not genuine or not impostor:
        return None
    curve, threshold = roc(pairs.distance, pairs.same), pairs.decision.threshold
    return Rates(
        curve, far_at(curve, threshold), frr_at(curve, threshold), 1 / max(genuine, impostor)
    )
