"""Histogram of the distances of matching and of different pairs."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats, Indices
from gemel.counting import count
from gemel.report.axes import linear, rounded
from gemel.report.chart import BOTTOM, TOP, Chart, Frame, Mark, Note
from gemel.report.contents import TestPairs
from gemel.report.numbers import percent, round_percent

BINS = 40


def histogram(pairs: TestPairs) -> Chart:
    """The histogram, each kind normalised to its own number so that the rarer one is visible."""
    threshold = pairs.decision.threshold
    shown = [*pairs.distance.tolist(), threshold]
    across = linear("Distance", *rounded(min(shown), max(shown)))
    edges = np.linspace(across.low, across.high, BINS + 1)
    genuine = np.histogram(pairs.distance[pairs.same], edges)[0]
    impostor = np.histogram(pairs.distance[~pairs.same], edges)[0]
    top = rounded(0, max(_shares(genuine).max(), _shares(impostor).max()))[1]
    frame = Frame(across, linear("Share of pairs of its kind", 0, top, round_percent))
    return Chart(
        title="Distances of pairs",
        sentence="The less the two distributions overlap, the better. Left of the threshold the "
        "verdict is “same”.",
        alternative=_alternative(pairs),
        frame=frame,
        marks=(
            Mark("area", "impostor", frame.steps(edges, _shares(impostor))),
            Mark("area", "genuine", frame.steps(edges, _shares(genuine))),
            Mark("dashes", "threshold", frame.upright(threshold)),
        ),
        bands=frame.bands(
            (edges[1:] + edges[:-1]) / 2, _words(edges, genuine, impostor), [()] * BINS
        ),
        notes=(_threshold_note(frame, threshold),),
        keys=(
            ("genuine", count(pairs.genuine, "matching pair")),
            ("impostor", count(pairs.impostors, "different pair")),
        ),
    )


def _shares(amounts: Indices) -> Floats:
    shares: Floats = amounts / max(1, amounts.sum())
    return shares


def _words(edges: Floats, genuine: Indices, impostor: Indices) -> list[str]:
    """What each bin holds."""
    bins = zip(edges[:-1], edges[1:], genuine.tolist(), impostor.tolist(), strict=True)
    return [
        f"distance {low:.3g} – {high:.3g}\n"
        f"{count(matching, 'matching pair')}\n{count(different, 'different pair')}"
        for low, high, matching, different in bins
    ]


def _threshold_note(frame: Frame, threshold: float) -> Note:
    x = float(frame.x(threshold))
    leftwards = float(frame.across.fraction(threshold)) > 0.6
    return Note(
        round(x + (-6 if leftwards else 6), 1),
        TOP + 0.04 * (BOTTOM - TOP),
        f"threshold {threshold:.3g}",
        "end" if leftwards else "start",
        "threshold",
    )


def _alternative(pairs: TestPairs) -> str:
    matching = percent(1 - pairs.false_reject().sum() / pairs.genuine)
    different = percent(pairs.false_accept().sum() / pairs.impostors)
    return (
        f"Histogram of distances. Threshold {pairs.decision.threshold:.3g}. {matching} of "
        f"{count(pairs.genuine, 'matching pair')} lie below it. {different} of "
        f"{count(pairs.impostors, 'different pair')} lie below it."
    )
