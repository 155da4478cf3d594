"""The mean of a figure over several seeds, with a 95 % interval.

The mean has two sources of uncertainty. The test identities are a sample that all seeds share (or
one of the same size), so averaging over S seeds does not reduce its share: that is the mean reach
of the runs' own intervals, not divided by √S. The seeds are a sample too: their standard deviation
s makes the mean uncertain by t(S-1)·s/√S. Both are taken as independent, so they add in squares,
separately on either side:

    low = mean - √(r_low² + b²)     r_low = mean over seeds of (value - low)
    high = mean + √(r_high² + b²)   b = t(0.975, S-1) · s / √S

Where each seed draws its own pairs or split, their variance is in both terms, so the interval is
conservative. With one seed it is the run's own, without the variance between seeds.
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
"""Lowest and highest value of figures that are not rates between 0 and 1."""


def mean_over_seeds(name: str, figures: Sequence[Figure]) -> Figure:
    """The mean of a figure over seeds, with the interval above; `n` is the mean of theirs.

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
    lowest, highest = BOUNDS.get(name, (0.0, 1.0))
    return Figure(
        value=value,
        low=min(value, max(lowest, value - math.hypot(below, between))),
        high=max(value, min(highest, value + math.hypot(above, between))),
        n=round(statistics.fmean(figure.n for figure in figures)),
    )
