"""Reliability diagram: observed frequency against predicted probability."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gemel.arrays import Floats, Indices
from gemel.counting import count
from gemel.evaluation.figure import Figure
from gemel.evaluation.intervals import Basis, bootstrap_figures
from gemel.evaluation.resampling import Bootstrap
from gemel.functional.probability import Reliability, bin_of, prior_weights
from gemel.functional.probability import reliability as of_weighted
from gemel.report.axes import linear
from gemel.report.chart import Chart, Frame, Mark
from gemel.report.contents import TestPairs
from gemel.report.numbers import percent, round_percent

BINS = 10
RESAMPLES = 200
"""Bootstrap resamples of the labels for the error bars."""
COUNTS_HEIGHT = 0.16
"""Height of the tallest bar of the pair counts, as a share of the chart."""


def reliability(pairs: TestPairs) -> Chart:
    """The diagram, with 95 % intervals that resample labels, and the number of pairs per bin.

    Test pairs are weighted to the prior that the probabilities assume.
    """
    bins = _bins(pairs)
    frame = Frame(
        linear("Stated probability of “same”", 0, 1, round_percent),
        linear("Observed share of matching pairs", 0, 1, round_percent),
    )
    words = [
        f"stated {percent(stated)}\nobserved {percent(each.value)} "
        f"({percent(each.low)}–{percent(each.high)})\n{count(each.n, 'pair')}"
        for stated, each in zip(bins.stated, bins.observed, strict=True)
    ]
    value, low, high = (
        np.array([getattr(each, end) for each in bins.observed]) for end in ("value", "low", "high")
    )
    dots = tuple(frame.dot(p, q, "accent") for p, q in zip(bins.stated, value, strict=True))
    steps = COUNTS_HEIGHT * bins.amount / bins.amount.max()
    return Chart(
        title="Reliability of the probability",
        sentence="On the dashed line, 80 % of the pairs with a probability of 80 % match.",
        alternative="Reliability diagram: " + "; ".join(words).replace("\n", ", ") + ".",
        frame=frame,
        marks=(
            Mark("area", "faint", frame.steps(np.linspace(0, 1, BINS + 1), steps)),
            Mark("dashes", "faint", frame.line([0, 1], [0, 1])),
            Mark("line", "accent", _whiskers(frame, bins.stated, low, high)),
        ),
        bands=frame.bands(bins.stated, words, [(dot,) for dot in dots]),
        dots=dots,
        keys=(("accent", "observed, with 95 % interval"), ("faint", "number of pairs")),
    )


class _Bins(NamedTuple):
    """The number of pairs (BINS,) per bin; for bins that are not empty, the mean stated probability
    and the observed share of matching pairs.
    """

    amount: Indices
    stated: Floats
    observed: list[Figure]


def _bins(pairs: TestPairs) -> _Bins:
    def weighted(weights: Floats) -> Reliability:
        moved = prior_weights(pairs.same, pairs.decision.prior, weights)
        return of_weighted(pairs.probability, pairs.same, moved, BINS)

    def by_bin(weights: Floats) -> dict[str, float]:
        matched = weighted(weights).matched
        return {name: float(matched[int(name)]) for name in kinds}

    bin_of_pair = bin_of(pairs.probability, BINS)
    amount = np.bincount(bin_of_pair, minlength=BINS)
    used = np.flatnonzero(amount)
    kinds = {str(n): bin_of_pair == n for n in used}
    basis = Basis(kinds, {name: (name,) for name in kinds})
    figures = bootstrap_figures(by_bin, pairs.units, basis, Bootstrap(RESAMPLES))
    stated = weighted(np.ones(len(pairs))).promised[used]
    return _Bins(amount, stated, [figures[name] for name in kinds])


def _whiskers(frame: Frame, x: Floats, low: Floats, high: Floats) -> str:
    return "".join(
        f"M{a:.1f} {b:.1f}V{c:.1f}"
        for a, b, c in zip(frame.x(x), frame.y(low), frame.y(high), strict=True)
    )
