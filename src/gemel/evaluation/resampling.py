"""Bootstrap resamples of trials that depend on each other through their labels.

A thousand pairs of ten people carry the information of ten people, so labels are resampled, not
pairs: if label a is drawn c_a times, a pair within label a has weight c_a and a pair of labels a
and b has weight c_a·c_b (A. Owen, "The pigeonhole bootstrap", Ann. Appl. Stat. 1, 2007).

A few-shot trial depends on all labels it chooses among, and through these on other trials. The
product of their counts would nearly always be 0, so its weight is linear in them: 1 plus the sum
of c - 1 over these labels (`among`; the first-order terms of W. Hoeffding, "A class of statistics
with asymptotically normal distribution", Ann. Math. Stat. 19, 1948, section 5). Noise of a single
trial then counts once for each of its labels, and is reduced to once. A trial within a group (an
alphabet) depends on the group instead: where there are `FEW_GROUPS` or more, groups are resampled
as wholes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np

from gemel.arrays import Floats
from gemel.evaluation.units import Units

Statistic: TypeAlias = Callable[[Floats], Mapping[str, float]]
"""Maps a weight per trial to figures; NaN where all weights of the trials it needs are 0."""


@final
@dataclass(frozen=True)
class Bootstrap:
    """The number of bootstrap resamples, and their seed."""

    resamples: int = 500
    seed: int = 0


@final
@dataclass(frozen=True)
class Resampled:
    """A figure's resamples, and the number of units (labels or groups) that were drawn from."""

    figures: Floats
    units: int


def resample(
    statistic: Statistic, values: Mapping[str, float], units: Units, bootstrap: Bootstrap
) -> dict[str, list[Resampled]]:
    """The resamples of each figure by the labels `left` and `right`, then by the labels `among` or
    by `groups` where the units have them.

    `values` are the figures of the trials as they are.
    """
    between, among, groups = _drawn(statistic, units, bootstrap)
    every = {name: [Resampled(_of(name, between), units.count)] for name in values}
    for name, value in values.items():
        if among:
            noiseless = _without_excess_noise(value, _of(name, among), units)
            every[name].append(Resampled(noiseless, units.count))
        if groups:
            every[name].append(Resampled(_of(name, groups), units.group_count))
    return every


_Drawn: TypeAlias = list[Mapping[str, float]]


def _of(name: str, drawn: _Drawn) -> Floats:
    return np.array([figures[name] for figures in drawn])


def _drawn(
    statistic: Statistic, units: Units, bootstrap: Bootstrap
) -> tuple[_Drawn, _Drawn, _Drawn]:
    """The figures of each resample by `left` and `right`, by `among`, and by `groups`.

    The latter two lists are empty where the units have no such codes.
    """
    rng = np.random.default_rng(bootstrap.seed)
    # A pair within one label has weight c, not c²: its right side looks up the extra count of 1 at
    # the end, as does the padding of `among`.
    right = np.where(units.left == units.right, units.count, units.right)
    # Trials of the same two labels share one look-up.
    cells, cell = np.unique(units.left * (units.count + 1) + right, return_inverse=True)
    one, other = np.divmod(cells, units.count + 1)
    between: _Drawn = []
    among: _Drawn = []
    groups: _Drawn = []
    for _ in range(bootstrap.resamples):
        counts = np.append(_counts(units.count, rng), 1.0)
        between.append(statistic((counts[one] * counts[other])[cell]))
        if units.among is not None:
            excess = (counts - 1)[units.among].sum(1)
            # Centred, since labels need not be offered equally often.
            among.append(statistic(1 + excess - excess.mean()))
        if units.groups is not None:
            groups.append(statistic(_counts(units.group_count, rng)[units.groups]))
    return between, among, groups


def _counts(units: int, rng: np.random.Generator) -> Floats:
    """How often each unit is drawn, when as many are drawn with replacement."""
    drawn = rng.integers(units, size=units)
    return np.bincount(drawn, minlength=units).astype(np.float64)


def _without_excess_noise(value: float, resampled: Floats, units: Units) -> Floats:
    """Shrink resamples by `among` towards their median.

    The variance of a single trial is in theirs once for each of the k labels it chooses among, and
    should be once.
    """
    assert units.among is not None
    trials, ways = units.among.shape
    variance, noise = float(resampled.var()), value * (1 - value) / trials
    corrected = max(variance - (ways - 1) * noise, noise)
    median = float(np.median(resampled))
    return median + (resampled - median) * min(1.0, math.sqrt(corrected / max(variance, 1e-300)))
