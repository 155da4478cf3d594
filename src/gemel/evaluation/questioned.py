"""Score questioned items against K references of the claimed identity, as signatures are checked.

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

from gemel.arrays import Codes, Distances, Indices, Same
from gemel.errors import DataError
from gemel.evaluation.comparer import Comparer
from gemel.functional.grouping import by_code

Aggregate: TypeAlias = Literal["mean", "min"]
Relative: TypeAlias = Literal["no", "difference", "part", "ratio"]

PART = 0.75
"""Weight of the within distance in `part`; chosen on signatures with 5 and 10 references."""


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


def score_questioned(comparer: Comparer, items: Makings, task: ReferencesTask) -> Questioned:
    """Score the questioned items of every label against references of the label.

    They are its other genuine items, its skilled forgeries, and random forgeries.

    >>> from gemel.evaluation.comparer import EmbeddingComparer
    >>> spots = np.array([[0.0], [0.2], [0.1], [0.9], [5.0], [5.2]], np.float32)
    >>> apart = EmbeddingComparer(spots, lambda a, b: np.abs(a - b.transpose(0, 2, 1)))
    >>> people = Makings(np.array([0, 0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 1, 1]) == 1)
    >>> asked = score_questioned(apart, people, ReferencesTask(references=1, seed=1))
    >>> bool(asked.score[asked.genuine].max() < asked.score[asked.skilled].min())
    True
    """
    parts = [_of_label(comparer, items, label, task) for label in claimable(items, task)]
    return Questioned(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def claimable(items: Makings, task: ReferencesTask) -> list[int]:
    """The labels with more genuine items than references. Raises DataError where there are none."""
    genuine = by_code(items.labels, np.flatnonzero(items.genuine))
    labels = [label for label, mine in genuine.items() if len(mine) > task.references]
    if not labels:
        raise DataError(
            f"verification against {task.references} references needs a label with more genuine "
            "items than that, got none: ask for fewer with --references"
        )
    return labels


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
    """(q,) the scores of the questioned items against the references `known` (k,).

    Raises DataError for the ratio to a within distance below zero.
    """
    aggregate = np.mean if task.aggregate == "mean" else np.min
    score: Distances = aggregate(comparer.cross(known, questioned), axis=0)
    if task.relative == "no":
        return score
    between = comparer.cross(known, known)
    others = between[~np.eye(len(known), dtype=bool)].reshape(len(known), -1)
    within = aggregate(others, axis=1).mean()
    relative: Distances
    if task.relative == "ratio":
        if within < 0:
            raise DataError(
                "--relative ratio needs a metric whose distances have a zero, and those between "
                f"references are {within:.3g} on average: measure with --relative difference or "
                "part"
            )
        relative = score / np.maximum(within, np.float32(1e-6))
    else:
        relative = score - (PART if task.relative == "part" else 1.0) * within
    return relative


def _enrolled(mine: Indices, makers: Codes | None, count: int, rng: np.random.Generator) -> Indices:
    """Draw `count` references, all of one maker (a session) if one has enough: in practice people
    are enrolled in one session.
    """
    if makers is not None:
        codes, sizes = np.unique(makers[mine], return_counts=True)
        if len(enough := codes[sizes >= count]):
            mine = mine[makers[mine] == enough[0]]
    return rng.permutation(mine)[:count]
