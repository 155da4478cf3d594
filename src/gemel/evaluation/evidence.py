"""The trials behind figures, kept after measuring, so that several folds can be pooled.

A pooled figure is the mean over folds: each fold has a network of its own, and distances of
different networks are not on one scale. Its interval resamples the labels of all folds together:
five folds of eight people are forty people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, final

import numpy as np

from gemel.arrays import Codes, Floats
from gemel.evaluation.figure import Figures, Missing
from gemel.evaluation.intervals import Basis, bootstrap_figures
from gemel.evaluation.resampling import Bootstrap, Statistic
from gemel.evaluation.units import Units, effective_labels, side_by_side
from gemel.functional.probability import weighted_mean

FEW_WITH_MISSES = 6
"""Where the misses are on fewer labels than this, resampling labels covers the truth in only 71 to
88 % of cases (lab notes): the interval of such a rate is at least Wilson's."""


@final
@dataclass(frozen=True)
class Evidence:
    """Trials between the labels `left` (t,) and `right` (t,), and the `statistic` that maps weights
    (t,) of the trials to figures.

    Labels are codes of the whole data set, so that those of several parts can be combined. `basis`
    and `bounds` are those of `bootstrap_figures`; `missing` holds the figures for which there are
    too few trials. `hits` are scores (t,), by figure, whose misses may be on few labels (see
    `hit_rates_of_few`). `among` (t, k) are the labels that each trial chooses among, `groups` (t,)
    the groups that trials lie within; not both.
    """

    statistic: Statistic
    left: Codes
    right: Codes
    basis: Basis
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    hits: Mapping[str, Floats] = field(default_factory=dict)
    among: Codes | None = None
    groups: Codes | None = None

    @classmethod
    def of_scores(
        cls,
        scores: Mapping[str, Floats],
        labels: Codes,
        *,
        among: Codes | None = None,
        groups: Codes | None = None,
        hits: bool = False,
    ) -> Self:
        """Evidence for figures that are means of a score (t,) per trial.

        `labels` (t,) are codes of the units to resample, usually the labels of the queries.
        `hits` says that their misses may be on few of the labels there could be.
        """

        def means(weights: Floats) -> dict[str, float]:
            return {name: weighted_mean(values, weights) for name, values in scores.items()}

        basis = Basis.all_trials(len(labels), *scores)
        every = scores if hits else {}
        return cls(means, labels, labels, basis, hits=every, among=among, groups=groups)


def hit_rates_of_few(scores: Mapping[str, Floats], labels: Codes) -> list[str]:
    """The names of the scores (t,) of hits, 0 or 1, whose misses are on few of the `labels` (t,).

    A miss on another label may be as likely, and no resample of these labels shows it.

    >>> labels = np.arange(20)
    >>> hit_rates_of_few({"recall@1": labels % 2, "recall@5": labels > 2}, labels)
    ['recall@5']
    """
    return [
        name
        for name, score in scores.items()
        if np.isin(score, (0, 1)).all() and effective_labels(labels[score == 0]) < FEW_WITH_MISSES
    ]


def figures_of(parts: Sequence[Evidence], bootstrap: Bootstrap = Bootstrap()) -> Figures:
    """The figures that all parts have in common: the mean over the parts, with an interval.

    A figure that is missing in one part is missing in the result.

    >>> folds = [Evidence.of_scores({"accuracy": np.array(right)}, np.array(people))
    ...          for right, people in (([1.0, 1.0, 0.0], [0, 0, 1]), ([0.0, 1.0], [2, 3]))]
    >>> figure = figures_of(folds)["accuracy"]  # 2/3 and 1/2
    >>> round(figure.value, 3), figure.n
    (0.583, 5)
    """
    of_first = parts[0].basis.figures
    names = [name for name in of_first if all(name in part.basis.figures for part in parts)]
    starts = np.cumsum([len(part.left) for part in parts])[:-1]

    def statistic(weights: Floats) -> dict[str, float]:
        each = [
            part.statistic(own)
            for part, own in zip(parts, np.split(weights, starts), strict=True)
            if own.any()
        ]
        return {name: _mean([figures[name] for figures in each]) for name in names}

    basis = _basis(parts, names)
    measured = bootstrap_figures(statistic, _units(parts), basis, bootstrap, parts[0].bounds)
    missing = {name: why for part in reversed(parts) for name, why in part.missing.items()}
    return {name: missing.get(name, measured[name]) for name in names}


def _units(parts: Sequence[Evidence]) -> Units:
    among = [part.among for part in parts if part.among is not None]
    groups = [part.groups for part in parts if part.groups is not None]
    return Units.of_pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        side_by_side(among) if among else None,
        np.concatenate(groups) if groups else None,
    )


def _basis(parts: Sequence[Evidence], names: Sequence[str]) -> Basis:
    first = parts[0].basis
    needed = {name: first.figures[name] for name in names}
    kinds = {
        kind: np.concatenate([part.basis.kinds[kind] for part in parts])
        for kind in sorted({kind for each in needed.values() for kind in each})
    }
    hits = {
        name: np.concatenate([part.hits[name] for part in parts])
        for name in names
        if name in parts[0].hits
    }
    few = hit_rates_of_few(hits, np.concatenate([part.left for part in parts]))
    return Basis(kinds, needed, first.shares.union(few), first.shares_of_few)


def _mean(values: Sequence[float]) -> float:
    """The mean of the finite values; a resample may leave a part without a figure."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
