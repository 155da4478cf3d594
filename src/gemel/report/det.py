"""DET curve: false rejects against false accepts on normal-deviate axes.

Martin et al., "The DET Curve in Assessment of Detection Task Performance", Eurospeech 1997.
"""

from __future__ import annotations

import numpy as np

from gemel.functional.roc import eer
from gemel.report.axes import deviates
from gemel.report.chart import Chart, Frame, Mark
from gemel.report.numbers import percent
from gemel.report.rates import Rates


def det(rates: Rates) -> Chart:
    """The DET curve, with the run's own threshold on it."""
    equal = eer(rates.curve)
    low = min(0.01, max(0.0005, rates.finest / 2))
    high = min(0.99, max(0.5, 1.2 * max(equal, rates.own_far, rates.own_frr)))
    frame = Frame(
        deviates("False accepts, of different pairs", low, high),
        deviates("False rejects, of matching pairs", low, high),
    )
    curve = rates.curve
    inside = np.all([(low <= side) & (side <= high) for side in (curve.far, curve.frr)], axis=0)
    return Chart(
        title="DET curve",
        sentence=_sentence(equal),
        alternative=f"DET curve on normal-deviate axes; equal error rate {percent(equal)}.",
        frame=frame,
        marks=(
            Mark("dashes", "faint", frame.line([low, high], [low, high])),
            Mark("line", "accent", frame.line(curve.far[inside], curve.frr[inside])),
        ),
        bands=rates.readings(frame, low, lambda frr: frr),
        dots=(frame.dot(rates.own_far, rates.own_frr, "threshold"),),
        keys=(
            ("accent", "test pairs"),
            ("threshold", "the run's threshold"),
            ("faint", "equal error rates"),
        ),
    )


def _sentence(equal: float) -> str:
    if equal == 0:
        return (
            "A threshold parts these test pairs without a mistake, so the curve lies beyond the "
            "lower left corner."
        )
    return (
        f"Both error rates are {percent(equal)} where the curve crosses the dashed line. The "
        "nearer to the lower left, the better."
    )
