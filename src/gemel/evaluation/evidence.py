"""What figures rest on, kept after they are measured, so that those of several folds can be pooled.

Over folds a figure is the mean of what it is on each (every fold has a network of its own, whose
distances say nothing on another's scale), and its interval comes from drawing the identities of
all folds again, together: five folds of eight people are forty people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, final

import numpy as np

from gemel.arrays import Codes, Floats
from gemel.evaluation.figure import Figures, Missing
from gemel.evaluation.intervals import (
    Basis,
    Bootstrap,
    Statistic,
    Units,
    bootstrap_figures,
    side_by_side,
)
from gemel.functional.probability import weighted_mean


@final
@dataclass(frozen=True)
class Evidence:
    """Trials between the labels `left` and `right` (t,), and `statistic`, their figures by weight.

    Labels are codes of one data set, whichever part of it was measured. `basis` and `bounds` are
    those of `bootstrap_figures`; `missing` are figures that the trials are too few for. `among`
    (t, k) are the labels that a trial chooses among.
    """

    statistic: Statistic
    left: Codes
    right: Codes
    basis: Basis
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)
    among: Codes | None = None

    @classmethod
    def of_scores(
        cls,
        scores: Mapping[str, Floats],
        labels: Codes,
        among: Codes | None = None,
        *,
        shares: bool = False,
    ) -> Self:
        """Figures that are means: a score (t,) of each trial, and the label that it is about.

        `labels` may be codes of whatever is drawn again as a whole; `shares` is that of `Basis`.
        """

        def means(weights: Floats) -> dict[str, float]:
            return {name: weighted_mean(each, weights) for name, each in scores.items()}

        basis = Basis.all_trials(len(labels), *scores, shares=shares)
        return cls(means, labels, labels, basis, among=among)


def figures_of(parts: Sequence[Evidence], bootstrap: Bootstrap = Bootstrap()) -> Figures:
    """The figures that all parts have, each the mean over the parts, with its interval.

    What one part is too small for is missing from all.

    >>> folds = [Evidence.of_scores({"accuracy": np.array(right)}, np.array(people))
    ...          for right, people in (([1.0, 1.0, 0.0], [0, 0, 1]), ([0.0, 1.0], [2, 3]))]
    >>> figure = figures_of(folds)["accuracy"]  # 2/3 and 1/2
    >>> round(figure.value, 3), figure.n
    (0.583, 5)
    """
    first = parts[0].basis
    names = [name for name in first.figures if all(name in part.basis.figures for part in parts)]
    ends = np.cumsum([0, *(len(part.left) for part in parts)])

    def statistic(weights: Floats) -> dict[str, float]:
        each = [
            part.statistic(weights[start:stop])
            for part, start, stop in zip(parts, ends[:-1], ends[1:], strict=True)
            if weights[start:stop].any()
        ]
        return {name: _mean([figures[name] for figures in each]) for name in names}

    among = [part.among for part in parts if part.among is not None]
    units = Units.of_pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        side_by_side(among) if among else None,
    )
    needed = {name: first.figures[name] for name in names}
    kinds = {
        kind: np.concatenate([part.basis.kinds[kind] for part in parts])
        for kind in sorted({kind for each in needed.values() for kind in each})
    }
    basis = Basis(kinds, needed, first.shares, first.shares_of_few)
    measured = bootstrap_figures(statistic, units, basis, bootstrap, parts[0].bounds)
    missing = {name: why for part in reversed(parts) for name, why in part.missing.items()}
    return {name: missing.get(name, measured[name]) for name in names}


def _mean(values: Sequence[float]) -> float:
    """Over the parts that can be measured: a resample may leave a fold without trials."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
