"""Verification against K references of the claimed identity, as signatures are checked.

The score of a questioned item is the `aggregate` (mean or minimum) of its distances to the K
references. `relative` normalises it by the within distance, the mean over references of the same
aggregate of each one's distances to the others: score minus it (`difference`), minus three quarters
of it (`part`, since a few references estimate it with an error) or divided by it (`ratio`). A
writer with consistent signatures is then judged more strictly.

    score(q) = mean_i d(r_i, q)  -  mean_j mean_{i≠j} d(r_i, r_j)       with mean and difference

Kholmatov & Yanikoglu, "Identity authentication using improved online signature verification
method", Pattern Recognition Letters 26, 2005 (distances divided by those between references, K =
5). Differs from the paper: one aggregated distance in place of three and their principal component.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same
from gemel.errors import DataError
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.intervals import Basis
from gemel.functional.grouping import by_code
from gemel.functional.probability import weighted_mean
from gemel.functional.roc import auc, eer, rank_pairs, tar_at_far

Aggregate: TypeAlias = Literal["mean", "min"]
Relative: TypeAlias = Literal["no", "difference", "part", "ratio"]

PART = 0.75
"""Weight of the within distance in `part`; chosen on signatures with 5 and 10 references."""
CAUGHT = 0.8
"""The share of forgeries rejected at which Bromley et al. 1993 give the share of genuine signatures
accepted."""


@final
@dataclass(frozen=True)
class ReferencesTask:
    """The number of references, and how a questioned item is scored against them.

    `forgers` is the number of random forgeries of each label: genuine items of other labels.
    """

    references: int = 5
    aggregate: Aggregate = "mean"
    relative: Relative = "no"
    forgers: int = 40
    seed: int = 0

    def __post_init__(self) -> None:
        if self.relative != "no" and self.references < 2:
            raise DataError(
                f"--relative needs two references or more, got {self.references}: ask for "
                "--references 2 or more, or leave out --relative"
            )


@final
@dataclass(frozen=True)
class Questioned:
    """n questioned items, as (n,) arrays: the claimed label, the score (smaller is nearer), and
    whether the item is genuine or a skilled forgery; a random forgery is neither.
    """

    claimed: Codes
    score: Distances
    genuine: Same
    skilled: Same


@final
@dataclass(frozen=True)
class Makings:
    """n items, as (n,) arrays: their labels, whether they are genuine, and their makers."""

    labels: Codes
    genuine: Same
    makers: Codes | None = None


def references(comparer: Comparer, items: Makings, task: ReferencesTask) -> Evidence:
    """Evidence for `eer`, `label_eer`, `auc` and `tar@far=0.2`, over all forgeries.

    `eer` has one threshold for all labels. `label_eer` is the mean of the labels' own equal error
    rates, each at the label's own threshold, as in most papers on signatures (for example Hafemann,
    Sabourin & Oliveira, "Learning Features for Offline Handwritten Signature Verification using
    Deep Convolutional Neural Networks", Pattern Recognition 70, 2017); in use nobody knows these
    thresholds. Where there are skilled forgeries, also for these and for random ones separately.
    Raises DataError where no label has more than K genuine items.
    """
    questioned = question(comparer, items, task)
    genuine, forged = questioned.genuine, _forged(questioned)
    ranked = rank_pairs(questioned.score, genuine)
    of_labels = {kind: _label_eers(questioned, of_kind) for kind, of_kind in forged.items()}

    def figures(weights: Floats) -> dict[str, float]:
        values = {}
        for kind, of_kind in forged.items():
            curve = ranked.roc(weights * (genuine | of_kind))
            values[f"eer{kind}"], values[f"auc{kind}"] = eer(curve), auc(curve)
            first, eers = of_labels[kind]
            values[f"label_eer{kind}"] = weighted_mean(eers, weights[first])
            values[_tar_name(kind)] = tar_at_far(curve, 1 - CAUGHT)
        return values

    needed: dict[str, tuple[str, ...]] = {}
    for kind in forged:
        needed |= {f"{name}{kind}": ("genuine", kind) for name in ("eer", "label_eer", "auc")}
        needed |= {_tar_name(kind): ("genuine",)}
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


def question(comparer: Comparer, items: Makings, task: ReferencesTask) -> Questioned:
    """Score the questioned items of every label against references of the label.

    They are its other genuine items, its skilled forgeries, and random forgeries.

    >>> from gemel.evaluation.comparer import EmbeddingComparer
    >>> spots = np.array([[0.0], [0.2], [0.1], [0.9], [5.0], [5.2]], np.float32)
    >>> apart = EmbeddingComparer(spots, lambda a, b: np.abs(a - b.transpose(0, 2, 1)))
    >>> people = Makings(np.array([0, 0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 1, 1]) == 1)
    >>> asked = question(apart, people, ReferencesTask(references=1, seed=1))
    >>> bool(asked.score[asked.genuine].max() < asked.score[asked.skilled].min())
    True
    """
    own = np.flatnonzero(items.genuine)
    parts = [
        _of_label(comparer, items, label, task)
        for label, mine in by_code(items.labels, own).items()
        if len(mine) > task.references
    ]
    if not parts:
        raise DataError(
            f"verification against {task.references} references needs a label with more genuine "
            "items than that, got none: ask for fewer with --references"
        )
    return Questioned(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _of_label(
    comparer: Comparer, items: Makings, label: int, task: ReferencesTask
) -> tuple[Codes, Distances, Same, Same]:
    """The columns of `Questioned` for one label."""
    rng = np.random.default_rng([task.seed, label])
    of_label = items.labels == label
    mine = np.flatnonzero(items.genuine & of_label)
    enrolled = _enrolled(mine, items.makers, task.references, rng)
    questioned = [
        np.setdiff1d(mine, enrolled),
        np.flatnonzero(~items.genuine & of_label),
        rng.permutation(np.flatnonzero(items.genuine & ~of_label))[: task.forgers],
    ]
    score = scores(comparer, enrolled, np.concatenate(questioned), task)
    kind = np.repeat(np.arange(3), [len(part) for part in questioned])
    return np.full(len(kind), label), score, kind == 0, kind == 1


def scores(
    comparer: Comparer, known: Indices, questioned: Indices, task: ReferencesTask
) -> Distances:
    """(q,) the scores of the questioned items against the references `known` (k,)."""
    aggregate = np.mean if task.aggregate == "mean" else np.min
    score: Distances = aggregate(comparer.cross(known, questioned), axis=0)
    if task.relative == "no":
        return score
    between = comparer.cross(known, known)
    others = between[~np.eye(len(known), dtype=bool)].reshape(len(known), -1)
    within = aggregate(others, axis=1).mean()
    relative: Distances
    if task.relative == "ratio":
        relative = score / np.maximum(within, np.float32(1e-6))
    else:
        relative = score - (PART if task.relative == "part" else 1.0) * within
    return relative


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


def _enrolled(mine: Indices, makers: Codes | None, count: int, rng: np.random.Generator) -> Indices:
    """Draw `count` references, all of one maker (a session) if one has enough: in practice people
    are enrolled in one session.
    """
    if makers is not None:
        codes, sizes = np.unique(makers[mine], return_counts=True)
        if len(enough := codes[sizes >= count]):
            mine = mine[makers[mine] == enough[0]]
    return rng.permutation(mine)[:count]


def _tar_name(kind: str) -> str:
    return f"tar@{kind.removeprefix('@')}{'-' if kind else ''}far={1 - CAUGHT:g}"
