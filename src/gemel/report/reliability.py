"""Whether a stated probability comes true as often as it says."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats
from gemel.counting import count
from gemel.evaluation.intervals import Basis, Bootstrap, bootstrap_figures
from gemel.functional.probability import Reliability, bin_of, prior_weights
from gemel.functional.probability import reliability as of_weighted
from gemel.report.axes import linear
from gemel.report.chart import Absent, Chart, Frame, Mark
from gemel.report.contents import TestPairs
from gemel.report.naming import percent, round_percent

BINS = 10
RESAMPLES = 200
"""Of the labels: enough to draw whiskers by."""
TITLE = "Reliability of the probability"
COUNTS_HEIGHT = 0.16
"""The share of the chart's height that the tallest bar of counts takes."""


def reliability(pairs: TestPairs) -> Chart | Absent:
    """Stated against observed, with 95 % intervals that draw labels again, and the pairs per bin.

    The test pairs are mixed in a share of their own; they are weighted to the prior that the
    probabilities presume, so that both speak of the same world.
    """
    if not len(pairs):
        return Absent(TITLE, "No pairs were compared.")
    prior = pairs.decision.prior
    if prior is not None and float(pairs.same.mean()) in (0.0, 1.0):
        return Absent(TITLE, "Probabilities can be checked only on pairs of both kinds.")

    def points(weights: Floats) -> Reliability:
        moved = weights if prior is None else prior_weights(pairs.same, prior, weights)
        return of_weighted(pairs.probability, pairs.same, moved, BINS)

    edges = np.linspace(0, 1, BINS + 1)
    bins = bin_of(pairs.probability, BINS)
    amount = np.bincount(bins, minlength=BINS)
    used = np.flatnonzero(amount)

    def by_bin(weights: Floats) -> dict[str, float]:
        matched = points(weights).matched
        return {str(n): float(matched[n]) for n in used}

    kinds = {str(n): bins == n for n in used}
    basis = Basis(kinds, {name: (name,) for name in kinds})
    figures = bootstrap_figures(by_bin, pairs.units, basis, Bootstrap(RESAMPLES))
    stated = points(np.ones(len(pairs))).promised[used]
    observed, low, high = (
        np.array([getattr(figures[str(n)], end) for n in used]) for end in ("value", "low", "high")
    )
    frame = Frame(
        linear("Stated probability of “same”", 0, 1, round_percent),
        linear("Observed share of matching pairs", 0, 1, round_percent),
    )
    words = [
        f"stated {percent(p)}\nobserved {percent(q)} ({percent(a)}–{percent(b)})\n"
        f"{count(n, 'pair')}"
        for p, q, a, b, n in zip(stated, observed, low, high, amount[used].tolist(), strict=True)
    ]
    dots = tuple(frame.dot(p, q, "accent") for p, q in zip(stated, observed, strict=True))
    return Chart(
        title=TITLE,
        sentence="On the dashes, what is called 80 % sure comes true 80 % of the time.",
        alternative="Reliability diagram: " + "; ".join(words).replace("\n", ", ") + ".",
        frame=frame,
        marks=(
            Mark("area", "faint", frame.steps(edges, COUNTS_HEIGHT * amount / amount.max())),
            Mark("dashes", "faint", frame.line([0, 1], [0, 1])),
            Mark("line", "accent", _whiskers(frame, stated, low, high)),
        ),
        bands=frame.bands(stated, words, [(dot,) for dot in dots]),
        dots=dots,
        keys=(("accent", "observed, with 95 % interval"), ("faint", "number of pairs")),
    )


def _whiskers(frame: Frame, x: Floats, low: Floats, high: Floats) -> str:
    return "".join(
        f"M{a:.1f} {b:.1f}V{c:.1f}"
        for a, b, c in zip(frame.x(x), frame.y(low), frame.y(high), strict=True)
    )
