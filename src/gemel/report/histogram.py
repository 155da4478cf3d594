"""Histogram of the distances of matching and of different pairs."""

from __future__ import annotations

import numpy as np

from gemel.counting import count
from gemel.report.axes import linear, rounded
from gemel.report.chart import BOTTOM, TOP, Absent, Chart, Frame, Mark, Note
from gemel.report.contents import TestPairs
from gemel.report.naming import percent, round_percent

BINS = 40
TITLE = "Distances of pairs"


def histogram(pairs: TestPairs) -> Chart | Absent:
    """The histogram, each kind normalised to its own number so that the rarer one is visible."""
    if not len(pairs):
        return Absent(TITLE, "No pairs were compared.")
    threshold = pairs.decision.threshold
    shown = [*pairs.distance.tolist(), *([threshold] if np.isfinite(threshold) else [])]
    across = linear("Distance", *rounded(min(shown), max(shown)))
    edges = np.linspace(across.low, across.high, BINS + 1)
    genuine = np.histogram(pairs.distance[pairs.same], edges)[0]
    impostor = np.histogram(pairs.distance[~pairs.same], edges)[0]
    shares = [kind / max(1, kind.sum()) for kind in (genuine, impostor)]
    top = rounded(0, max(share.max() for share in shares))[1]
    frame = Frame(across, linear("Share of pairs of its kind", 0, top, round_percent))
    words = [
        f"distance {low:.3g} – {high:.3g}\n"
        f"{count(a, 'matching pair')}\n{count(b, 'different pair')}"
        for low, high, a, b in zip(
            edges[:-1], edges[1:], genuine.tolist(), impostor.tolist(), strict=True
        )
    ]
    return Chart(
        title=TITLE,
        sentence="The less the two distributions overlap, the better. Left of the threshold the "
        "verdict is “same”.",
        alternative=_alternative(pairs, int(genuine.sum()), int(impostor.sum())),
        frame=frame,
        marks=(
            Mark("area", "impostor", frame.steps(edges, shares[1])),
            Mark("area", "genuine", frame.steps(edges, shares[0])),
            *(
                [Mark("dashes", "threshold", frame.upright(threshold))]
                * bool(np.isfinite(threshold))
            ),
        ),
        bands=frame.bands((edges[1:] + edges[:-1]) / 2, words, [()] * BINS),
        notes=_threshold_note(frame, threshold),
        keys=(
            ("genuine", count(int(genuine.sum()), "matching pair")),
            ("impostor", count(int(impostor.sum()), "different pair")),
        ),
    )


def _threshold_note(frame: Frame, threshold: float) -> tuple[Note, ...]:
    if not np.isfinite(threshold):
        return ()
    x = float(frame.x(threshold))
    leftwards = float(frame.across.fraction(threshold)) > 0.6
    return (
        Note(
            round(x + (-6 if leftwards else 6), 1),
            TOP + 0.04 * (BOTTOM - TOP),
            f"threshold {threshold:.3g}",
            "end" if leftwards else "start",
            "threshold",
        ),
    )


def _alternative(pairs: TestPairs, genuine: int, impostor: int) -> str:
    parts = [f"Histogram of distances. Threshold {pairs.decision.threshold:.3g}."]
    if genuine:
        share = 1 - pairs.false_reject().sum() / genuine
        parts.append(f"{percent(share)} of {count(genuine, 'matching pair')} lie below it.")
    if impostor:
        share = pairs.false_accept().sum() / impostor
        parts.append(f"{percent(share)} of {count(impostor, 'different pair')} lie below it.")
    return " ".join(parts)
