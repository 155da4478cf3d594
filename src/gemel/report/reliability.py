"""Whether a stated probability comes true as often as it says."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats
from gemel.counting import count
from gemel.report.axes import linear
from gemel.report.chart import Absent, Chart, Frame, Mark
from gemel.report.contents import TestPairs
from gemel.report.naming import percent, round_percent

BINS = 10
TITLE = "Reliability of the probability"
COUNTS_HEIGHT = 0.16
"""The share of the chart's height that the tallest bar of counts takes."""


def reliability(pairs: TestPairs) -> Chart | Absent:
    """Stated against observed, with Wilson's 95 % intervals and the number of pairs per bin.

    The test pairs are mixed in a share of their own; the observed odds are moved to the prior that
    the probabilities presume, so that both speak of the same world.
    """
    if not len(pairs):
        return Absent(TITLE, "No pairs were compared.")
    prior = pairs.decision.prior
    share = float(pairs.same.mean())
    if prior is not None and share in (0.0, 1.0):
        return Absent(TITLE, "Probabilities can be checked only on pairs of both kinds.")
    odds = 1.0 if prior is None else prior / (1 - prior) * (1 - share) / share
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip((pairs.probability * BINS).astype(int), 0, BINS - 1)
    amount = np.bincount(place, minlength=BINS).astype(np.float64)
    used = np.flatnonzero(amount)
    stated = np.bincount(place, pairs.probability, BINS)[used] / amount[used]
    matching = np.bincount(place[pairs.same], minlength=BINS)[used].astype(np.float64)
    observed, low, high = (_moved(rate, odds) for rate in _wilson(matching, amount[used]))
    frame = Frame(
        linear("Stated probability of “same”", 0, 1, round_percent),
        linear("Observed share of matching pairs", 0, 1, round_percent),
    )
    counts = [int(n) for n in amount[used]]
    words = [
        f"stated {percent(p)}\nobserved {percent(q)} ({percent(a)}–{percent(b)})\n"
        f"{count(n, 'pair')}"
        for p, q, a, b, n in zip(stated, observed, low, high, counts, strict=True)
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


def _wilson(hits: Floats, amount: Floats) -> tuple[Floats, Floats, Floats]:
    """Share and 95 % interval of a proportion; Wilson, JASA 22 (1927), 209–212."""
    z = 1.959964
    share = hits / amount
    centre = (share + z**2 / (2 * amount)) / (1 + z**2 / amount)
    spread = np.sqrt(share * (1 - share) / amount + (z / (2 * amount)) ** 2)
    margin = z * spread / (1 + z**2 / amount)
    return share, np.maximum(0, centre - margin), np.minimum(1, centre + margin)


def _moved(share: Floats, odds: float) -> Floats:
    """The share after its odds are multiplied."""
    return share * odds / (share * odds + 1 - share)


def _whiskers(frame: Frame, x: Floats, low: Floats, high: Floats) -> str:
    return "".join(
        f"M{a:.1f} {b:.1f}V{c:.1f}"
        for a, b, c in zip(frame.x(x), frame.y(low), frame.y(high), strict=True)
    )
