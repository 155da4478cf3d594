"""95 % intervals that know which trials are not independent.

A thousand pairs of ten people are ten people, so it is labels that are drawn again, not pairs:
where label a was drawn c_a times, a pair of label a counts c_a times and a pair of labels a and b
counts c_a·c_b times (A. Owen, "The pigeonhole bootstrap", Ann. Appl. Stat. 1, 2007). The interval
is the middle 95 % of the resampled figures.

With L labels that interval is too narrow by a factor that matters when L is small: its reach on
either side is multiplied by t(L-1)/1.96 · √(L/(L-1)), which is 2.7 at three labels, 1.2 at ten and
1.04 at fifty. The reach is taken from the middle of the resamples, because a figure that noise
inflates (the calibration error) is inflated twice in them. On made-up labels of known truth 87 % of
these intervals hold it at three labels and 90-95 % from six on; where a dozen labels differ as much
as their trials do, it is 82 %: no arithmetic replaces labels.

A trial that chooses among labels depends on all of them, and on others' trials through those that
it shares. Drawn again together they would be drawn almost never, so each adds what it was drawn
more or less than once (`among`; W. Hoeffding, "A class of statistics with asymptotically normal
distribution", Ann. Math. Stat. 19, 1948, section 5), and what is a trial's own chance is taken out
of it again but for once. The wider of the two intervals is told: where all labels are alike the
first alone held the truth in 73-87 % of cases and the wider one in 78-93 %, where they differ in
85-97 %.

Where no resample differs from the value (all answers right, say), the labels tell nothing of how
much they differ, and where it differs in one label alone they tell little: near its bound an area
under the curve of three to twelve labels held the truth in 60-68 % of cases. So Wilson's interval
is the least that a share has (`Basis.shares`, `shares_of_few`), as if a label's own trials were
worth `TRIALS_PER_LABEL`, and those between two labels one: an interval is never [1, 1]. A figure
that needs trials of two kinds (matching pairs and different ones) is limited by the rarer kind: ten
thousand different pairs and one matching pair are one matching pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Floats, Same
from gemel.evaluation.figure import Figure
from gemel.functional.student import student_t

Z = 1.959964
"""The normal deviate of a 95 % interval."""

TRIALS_PER_LABEL = 4
"""Independent trials that any number of trials of one label are worth where nothing varies: what
Kish's design effect gives for many trials with a correlation of 1/4 within a label."""

FEW_LABELS = 10
"""Of fewer, most resamples may lack the labels that are mistaken for others."""

Statistic: TypeAlias = Callable[[Floats], Mapping[str, float]]
"""Figures from a weight per trial; NaN where the weights leave nothing to measure."""

RATE = (0.0, 1.0)


@final
@dataclass(frozen=True)
class Bootstrap:
    """How often labels are drawn again, from which seed."""

    resamples: int = 500
    seed: int = 0


@final
@dataclass(frozen=True)
class Basis:
    """What figures rest on: (t,) which trials are of each of the `kinds`, and the kinds that each
    figure needs. Figures in `shares` are shares of trials, or as uncertain as one: their intervals
    are no narrower than Wilson's for as many independent trials as there are. `shares_of_few` are
    so while the labels are fewer than `FEW_LABELS`.
    """

    kinds: Mapping[str, Same]
    figures: Mapping[str, Sequence[str]]
    shares: frozenset[str] = frozenset()
    shares_of_few: frozenset[str] = frozenset()

    @classmethod
    def all_trials(cls, count: int, *names: str, shares: bool = False) -> Self:
        """Figures that rest on all of so many trials alike."""
        kinds = {"trials": np.ones(count, np.bool_)}
        return cls(kinds, dict.fromkeys(names, ("trials",)), frozenset(names if shares else ()))


@final
@dataclass(frozen=True)
class Units:
    """Which labels each trial depends on, as codes 0 … count-1.

    They are the two that it is between, and (t, k) those that it chooses `among`, if it does; -1
    fills up where there are fewer.
    """

    left: Codes
    right: Codes
    count: int
    among: Codes | None = None

    @classmethod
    def of_pairs(cls, left: Codes, right: Codes, among: Codes | None = None) -> Self:
        named = [] if among is None else [among[among >= 0]]
        names = np.unique(np.concatenate([left, right, *named]))
        if among is not None:
            among = np.where(among < 0, len(names), np.searchsorted(names, among))
        return cls(np.searchsorted(names, left), np.searchsorted(names, right), len(names), among)

    @classmethod
    def of_trials(cls, labels: Codes) -> Self:
        return cls.of_pairs(labels, labels)


def bootstrap_figures(
    statistic: Statistic,
    units: Units,
    basis: Basis,
    bootstrap: Bootstrap = Bootstrap(),
    bounds: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, Figure]:
    """Each figure of `statistic` with its interval.

    `bounds` gives the least and the largest value of those that are not rates between 0 and 1.

    >>> right = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 0.0])
    >>> mean = lambda weights: {"accuracy": float(weights @ right / weights.sum())}
    >>> units = Units.of_trials(np.array([0, 0, 1, 1, 2, 2]))
    >>> figures = bootstrap_figures(mean, units, Basis.all_trials(6, "accuracy"))
    >>> round(figures["accuracy"].value, 3)
    0.667
    """
    values = statistic(np.ones(len(units.left)))
    between, among = _resample(statistic, units, bootstrap)

    def draws(name: str) -> list[Floats]:
        alone, together = (np.array([figures[name] for figures in of]) for of in (between, among))
        return [alone, _less_noise(values[name], together, units)] if among else [alone]

    few = units.count < FEW_LABELS
    worth = {kind: _worth(units, of_kind) for kind, of_kind in basis.kinds.items()}
    return {
        name: _figure(
            value,
            draws(name),
            _together([worth[kind] for kind in basis.figures[name]]),
            (bounds or {}).get(name, RATE),
            share=name in (basis.shares | basis.shares_of_few if few else basis.shares),
        )
        for name, value in values.items()
    }


def side_by_side(among: Sequence[Codes]) -> Codes:
    """(t, k) of several (t, k) that differ in k, filled up with -1.

    >>> side_by_side([np.array([[4, 5]]), np.array([[6]])]).tolist()
    [[4, 5], [6, -1]]
    """
    most = max(each.shape[1] for each in among)
    filled = [np.pad(a, ((0, 0), (0, most - a.shape[1])), constant_values=-1) for a in among]
    return np.concatenate(filled)


def wilson(successes: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share of n independent trials (E. B. Wilson, JASA 22, 1927).

    >>> [round(end, 3) for end in wilson(368, 400)]
    [0.889, 0.943]
    """
    share, z2 = successes / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(centre - reach, share)), min(1.0, max(centre + reach, share))


def _resample(
    statistic: Statistic, units: Units, bootstrap: Bootstrap
) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
    """The figures of every resample by the two labels of each trial, and by those it chooses among.

    The latter are none where trials do not choose.
    """
    rng = np.random.default_rng(bootstrap.seed)
    # A pair within one label counts once for it: its right side looks up a 1 beyond the counts, as
    # do choices among fewer labels than others have.
    right = np.where(units.left == units.right, units.count, units.right)
    # Trials of the same two labels weigh alike, and are looked up together.
    cells, cell = np.unique(units.left * (units.count + 1) + right, return_inverse=True)
    one, other = np.divmod(cells, units.count + 1)
    between: list[Mapping[str, float]] = []
    among: list[Mapping[str, float]] = []
    for _ in range(bootstrap.resamples):
        drawn = np.bincount(rng.integers(units.count, size=units.count), minlength=units.count + 1)
        drawn[units.count] = 1
        counts = drawn.astype(np.float64)
        between.append(statistic((counts[one] * counts[other])[cell]))
        if units.among is not None:
            more = (counts - 1)[units.among].sum(1)
            among.append(statistic(1 + more - more.mean()))  # labels may be offered unequally often
    return between, among


@final
@dataclass(frozen=True)
class _Worth:
    """So many trials, of so many labels, worth so many independent ones."""

    trials: int
    labels: int
    independent: float


def _worth(units: Units, chosen: Same) -> _Worth:
    left, right = units.left[chosen], units.right[chosen]
    own = left == right
    of_two = np.minimum(left, right)[~own] * units.count + np.maximum(left, right)[~own]
    independent = TRIALS_PER_LABEL * len(np.unique(left[own])) + len(np.unique(of_two))
    labels = len(np.unique(np.concatenate([left, right])))
    return _Worth(len(left), labels, min(len(left), independent))


def _together(kinds: Sequence[_Worth]) -> _Worth:
    """The worth of a mean of shares, one of each kind: its variance is the mean of their variances
    over their number.

    >>> _together([_Worth(9, 3, 4), _Worth(90, 20, 12)])
    _Worth(trials=99, labels=3, independent=12.0)
    """
    if len(kinds) == 1:
        return kinds[0]
    return _Worth(
        trials=sum(kind.trials for kind in kinds),
        labels=min(kind.labels for kind in kinds),
        independent=len(kinds) ** 2 / sum(1 / kind.independent for kind in kinds),
    )


def _figure(
    value: float,
    resampled: Sequence[Floats],
    worth: _Worth,
    bounds: tuple[float, float],
    *,
    share: bool,
) -> Figure:
    least, most = bounds
    ends = []
    for each in resampled:
        finite = each[np.isfinite(each)]
        if worth.labels >= 2 and len(finite) and float(np.ptp(finite)) >= 1e-9:
            ends.append(_reach(value, finite, worth.labels))
    if share or not ends:
        of_all = min(1.0, max(0.0, (value - least) / (most - least)))
        low, high = wilson(of_all * worth.independent, worth.independent)
        ends.append((least + low * (most - least), least + high * (most - least)))
    lows, highs = zip(*ends, strict=True)
    return Figure(
        value=value,
        low=min(value, max(least, min(lows))),
        high=max(value, min(most, max(highs))),
        n=worth.trials,
    )


def _less_noise(value: float, resampled: Floats, units: Units) -> Floats:
    """Resamples of a share of trials that choose among k labels, each of which drew a trial again:
    what is chance in a trial by itself stands in their variance k times, and should once.
    """
    assert units.among is not None
    trials, ways = units.among.shape
    variance, noise = float(resampled.var()), value * (1 - value) / trials
    true = max(variance - (ways - 1) * noise, noise)
    middle = float(np.median(resampled))
    return middle + (resampled - middle) * min(1.0, math.sqrt(true / max(variance, 1e-300)))


def _reach(value: float, resampled: Floats, labels: int) -> tuple[float, float]:
    """As far from the value as the resamples lie from their middle, widened for few labels."""
    widening = student_t(0.975, labels - 1) / Z * math.sqrt(labels / (labels - 1))
    lowest, middle, highest = np.quantile(resampled, [0.025, 0.5, 0.975])
    return (
        float(value - widening * (middle - lowest)),
        float(value + widening * (highest - middle)),
    )
