"""Verification against K references of the claimed identity, as signatures are checked."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats, Indices, Same
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.intervals import Basis
from gemel.evaluation.questioned import Makings, Questioned, ReferencesTask, score_questioned
from gemel.functional.probability import weighted_mean
from gemel.functional.roc import auc, eer, rank_pairs, tar_at_far

CAUGHT = 0.8
"""The share of forgeries rejected at which Bromley et al. 1993 give the share of genuine signatures
accepted."""


def references(comparer: Comparer, items: Makings, task: ReferencesTask) -> Evidence:
    """Evidence for `eer`, `label_eer`, `auc` and `tar@far=0.2`, over all forgeries.

    `eer` has one threshold for all labels. `label_eer` is the mean of the labels' own equal error
    rates, each at the label's own threshold, as in most papers on signatures (for example Hafemann,
    Sabourin & Oliveira, "Learning Features for Offline Handwritten Signature Verification using
    Deep Convolutional Neural Networks", Pattern Recognition 70, 2017); in use nobody knows these
    thresholds. Where there are skilled forgeries, also for these and for random ones separately.
    Raises DataError where no label has more than K genuine items.
    """
    questioned = score_questioned(comparer, items, task)
    genuine, forged = questioned.genuine, _forged(questioned)
    ranked = rank_pairs(questioned.score, genuine)
    of_labels = {kind: _label_eers(questioned, of_kind) for kind, of_kind in forged.items()}

    def figures(weights: Floats) -> dict[str, float]:
        values: dict[str, float] = {}
        for kind, of_kind in forged.items():
            curve = ranked.roc(weights * (genuine | of_kind))
            first, eers = of_labels[kind]
            of_label = weighted_mean(eers, weights[first])
            measured = eer(curve), of_label, auc(curve), tar_at_far(curve, 1 - CAUGHT)
            values |= dict(zip(_kinds_needed(kind), measured, strict=True))
        return values

    needed = {name: kinds for kind in forged for name, kinds in _kinds_needed(kind).items()}
    basis = Basis({"genuine": genuine, **forged}, needed, frozenset(needed))
    return Evidence(figures, questioned.claimed, questioned.claimed, basis)


def _forged(questioned: Questioned) -> dict[str, Same]:
    """All forgeries, and the skilled and the random ones separately if there are skilled ones; by
    the suffix of their figures.
    """
    forged = {"": ~questioned.genuine}
    if questioned.skilled.any():
        random = ~questioned.genuine & ~questioned.skilled
        forged |= {"@skilled": questioned.skilled} | ({"@random": random} if random.any() else {})
    return forged


def _label_eers(questioned: Questioned, forged: Same) -> tuple[Indices, Floats]:
    """The first item of each label (l,), and the equal error rate of the label alone (l,); without
    labels that have no such forgeries.
    """
    first, eers = [], []
    for label in np.unique(questioned.claimed[forged]):
        mine = (questioned.claimed == label) & (questioned.genuine | forged)
        ranked = rank_pairs(questioned.score[mine], questioned.genuine[mine])
        first.append(np.flatnonzero(mine)[0])
        eers.append(eer(ranked.roc(np.ones(mine.sum()))))
    return np.array(first), np.array(eers)


def _kinds_needed(kind: str) -> dict[str, tuple[str, ...]]:
    """The figures of a kind of forgeries, and the kinds of questioned items that each needs."""
    both = ("genuine", kind)
    tar = f"tar@{kind.removeprefix('@')}{'-' if kind else ''}far={1 - CAUGHT:g}"
    return {f"eer{kind}": both, f"label_eer{kind}": both, f"auc{kind}": both, tar: ("genuine",)}
