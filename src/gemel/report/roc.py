"""ROC curve with a logarithmic axis of false accepts, since low rates matter most."""

from __future__ import annotations

import math

import numpy as np

from gemel.arrays import Floats
from gemel.functional.roc import Roc, auc
from gemel.report.axes import decades, linear
from gemel.report.chart import Chart, Frame, Mark
from gemel.report.numbers import number, percent, round_percent
from gemel.report.rates import Rates


def roc(rates: Rates) -> Chart:
    """The ROC curve, with the run's own threshold on it."""
    lowest = 10.0 ** max(-5, min(-1, math.floor(math.log10(rates.finest))))
    area = auc(rates.curve)
    across = decades("False accepts, of different pairs", lowest)
    frame = Frame(across, linear("True accepts, of matching pairs", 0, 1, round_percent))
    chance = np.geomspace(lowest, 1, 60)
    return Chart(
        title="ROC curve",
        sentence=f"Area under the curve {number(area)}. The nearer to the upper left, the better.",
        alternative=f"ROC curve with an area of {number(area)}. At the run's threshold "
        f"{percent(1 - rates.own_frr)} of matching and {percent(rates.own_far)} of different pairs "
        "are accepted.",
        frame=frame,
        marks=(
            Mark("dashes", "faint", frame.line(chance, chance)),
            Mark("line", "accent", frame.line(*_dense(rates.curve, chance))),
        ),
        bands=rates.readings(frame, lowest, lambda frr: 1 - frr),
        dots=(frame.dot(rates.own_far, 1 - rates.own_frr, "threshold"),),
        keys=(("accent", "test pairs"), ("threshold", "the run's threshold"), ("faint", "chance")),
    )


def _dense(curve: Roc, far: Floats) -> tuple[Floats, Floats]:
    """FAR and TAR with interpolated points added, since segments are curved on a log axis."""
    frr = np.concatenate([curve.frr, np.interp(far, curve.far, curve.frr)])
    far = np.concatenate([curve.far, far])
    order = np.lexsort([-frr, far])
    return far[order], 1 - frr[order]
