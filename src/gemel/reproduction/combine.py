"""One figure out of several seeds: their mean, and an interval for it.

Two things make the mean uncertain. The test identities are a sample, and all seeds are asked about
it (or about another of its size): averaging over seeds does not make it larger, so its reach is the
mean of the runs' own reaches, not that divided by √S. And the seeds are a sample: their spread s
makes the mean of S uncertain by t(S-1)·s/√S, Student's t because s is itself a guess from S values.
The two are independent, so they add in squares, on either side by itself:

    low = mean - √(r_low² + b²)     r_low = mean over seeds of (value - low)
    high = mean + √(r_high² + b²)   b = t(0.975, S-1) · s / √S

What seeds differ by because each draws its own pairs or split is in both terms: the interval is
rather too wide than too narrow. With one seed it is that run's own, and says nothing of the spread.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from gemel.evaluation.figure import Figure
from gemel.functional.student import student_t

BOUNDS = {
    "pearson": (-1.0, 1.0),
    "spearman": (-1.0, 1.0),
    "mse": (0.0, math.inf),
    "log_loss": (0.0, math.inf),
}
"""Of figures that are not rates between 0 and 1."""


def mean_over_seeds(name: str, figures: Sequence[Figure]) -> Figure:
    """The mean of a figure over seeds, with the interval above; `n` are the trials of one seed.

    >>> runs = [Figure(value=v, low=v - 0.03, high=v + 0.03, n=400) for v in (0.90, 0.92)]
    >>> mean = mean_over_seeds("accuracy", runs)  # b = 12.71 · 0.01414 / 1.414 = 0.127
    >>> round(mean.low, 3), round(mean.value, 3), mean.high
    (0.779, 0.91, 1.0)
    """
    value = statistics.fmean(figure.value for figure in figures)
    between = 0.0
    if len(figures) > 1:
        spread = statistics.stdev(figure.value for figure in figures)
        between = student_t(0.975, len(figures) - 1) * spread / math.sqrt(len(figures))
    below = statistics.fmean(figure.value - figure.low for figure in figures)
    above = statistics.fmean(figure.high - figure.value for figure in figures)
    least, most = BOUNDS.get(name, (0.0, 1.0))
    return Figure(
        value=value,
        low=min(value, max(least, value - math.hypot(below, between))),
        high=max(value, min(most, value + math.hypot(above, between))),
        n=round(statistics.fmean(figure.n for figure in figures)),
    )
