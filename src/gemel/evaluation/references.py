"""Is this item genuine, given a few references of whom it claims to be? As signatures are checked.

Everybody is enrolled with K references. A questioned item is as far from them as `aggregate` of its
K distances says: their mean or the smallest. `relative` sets that against how far each reference
is from the others, by the same aggregate: less the mean of that (`difference`), less three quarters
of it (`part`: a few references estimate it with an error) or over it (`ratio`). A writer with
consistent signatures is then judged more strictly. It looks at the claimed person's references
alone, never at other questioned items.

    score(q) = mean_i d(r_i, q)  -  mean_j mean_{i≠j} d(r_i, r_j)       with mean and difference

Kholmatov & Yanikoglu, "Identity authentication using improved online signature verification
method", Pattern Recognition Letters 26, 2005 (distances over those between references, K = 5).
Differs from the paper: one aggregated distance in place of three and their principal component.
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
from gemel.functional.roc import auc, eer, rank_pairs, tar_at_far

Aggregate: TypeAlias = Literal["mean", "min"]
Relative: TypeAlias = Literal["no", "difference", "part", "ratio"]

PART = 0.75
"""How far `part` believes the distance between references; chosen on signatures with 5 and 10."""
CAUGHT = 0.8
"""Bromley et al. 1993 give the share of genuine signatures accepted while 80 % of forgeries are
caught."""


@final
@dataclass(frozen=True)
class ReferencesTask:
    """How many references, and how a questioned item is held against them.

    `forgers` items of others are tried on everybody, as random forgeries.
    """

    references: int = 5
    aggregate: Aggregate = "mean"
    relative: Relative = "no"
    forgers: int = 40
    seed: int = 0

    def __post_init__(self) -> None:
        if self.relative != "no" and self.references < 2:
            raise DataError(
                "distances between references need two of them: ask for --references 2 or more, "
                "or leave out --relative"
            )


@final
@dataclass(frozen=True)
class Questioned:
    """(n,) arrays: who each questioned item claims to be, its score, and what it is in truth."""

    claimed: Codes
    score: Distances
    genuine: Same
    skilled: Same


@final
@dataclass(frozen=True)
class Makings:
    """(n,) arrays of a side: labels, which items are genuine, and who or what made each."""

    labels: Codes
    genuine: Same
    makers: Codes | None = None


def references(
    comparer: Comparer,
    items: Makings,
    task: ReferencesTask,
) -> Evidence:
    """What `eer`, `auc` and the genuine items accepted while 80 % of forgeries are caught rest on.

    Each for all forgeries, and for skilled and random ones apart where there are skilled ones.
    Raises DataError where nobody has more genuine items than references are asked for.
    """
    asked = question(comparer, items, task)
    ranked = rank_pairs(asked.score, asked.genuine)
    kinds = {"": ~asked.genuine}
    if asked.skilled.any():
        apart = {"@skilled": asked.skilled, "@random": ~asked.genuine & ~asked.skilled}
        kinds |= {kind: forged for kind, forged in apart.items() if forged.any()}

    def figures(weights: Floats) -> dict[str, float]:
        values = {}
        for kind, forged in kinds.items():
            curve = ranked.roc(weights * (asked.genuine | forged))
            values[f"eer{kind}"], values[f"auc{kind}"] = eer(curve), auc(curve)
            values[_tar_name(kind)] = tar_at_far(curve, 1 - CAUGHT)
        return values

    needed: dict[str, tuple[str, ...]] = {}
    for kind in kinds:
        both = ("genuine", kind)
        needed |= {f"eer{kind}": both, f"auc{kind}": both, _tar_name(kind): ("genuine",)}
    basis = Basis({"genuine": asked.genuine, **kinds}, needed, frozenset(needed))
    return Evidence(figures, asked.claimed, asked.claimed, basis)


def question(comparer: Comparer, items: Makings, task: ReferencesTask) -> Questioned:
    """All questioned items against everybody's references.

    >>> from gemel.evaluation.comparer import EmbeddingComparer
    >>> spots = np.array([[0.0], [0.2], [0.1], [0.9], [5.0], [5.2]], np.float32)
    >>> apart = EmbeddingComparer(spots, lambda a, b: np.abs(a - b.transpose(0, 2, 1)))
    >>> people = Makings(np.array([0, 0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 1, 1]) == 1)
    >>> asked = question(apart, people, ReferencesTask(references=1, seed=1))
    >>> bool(asked.score[asked.genuine].max() < asked.score[asked.skilled].min())
    True
    """
    own = np.flatnonzero(items.genuine)
    parts = []
    for label in np.unique(items.labels[own]):
        rng = np.random.default_rng([task.seed, int(label)])
        mine = own[items.labels[own] == label]
        if len(mine) <= task.references:
            continue
        known = _enrolled(mine, items.makers, task.references, rng)
        others = own[items.labels[own] != label]
        questioned = [
            np.setdiff1d(mine, known),
            np.flatnonzero(~items.genuine & (items.labels == label)),
            rng.permutation(others)[: task.forgers],
        ]
        score = scores(comparer, known, np.concatenate(questioned), task)
        kind = np.repeat(np.arange(3), [len(part) for part in questioned])
        parts.append((np.full(len(kind), label), score, kind == 0, kind == 1))
    if not parts:
        raise DataError(
            f"{task.references} references of everybody need labels with more genuine items than "
            "that, and there are none: ask for fewer with --references"
        )
    return Questioned(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def scores(
    comparer: Comparer, known: Indices, questioned: Indices, task: ReferencesTask
) -> Distances:
    """(q,) how far each questioned item is from the (k,) references; smaller is nearer."""
    distance = comparer.cross(known, questioned)
    score: Distances = distance.mean(0) if task.aggregate == "mean" else distance.min(0)
    if task.relative == "no":
        return score
    apart = comparer.cross(known, known)
    others = apart[~np.eye(len(known), dtype=bool)].reshape(len(known), -1)
    within = (others.mean(1) if task.aggregate == "mean" else others.min(1)).mean()
    if task.relative != "ratio":
        less: Distances = score - (PART if task.relative == "part" else 1.0) * within
        return less
    relative: Distances = score / np.maximum(within, np.float32(1e-6))
    return relative


def _enrolled(mine: Indices, makers: Codes | None, count: int, rng: np.random.Generator) -> Indices:
    """References of one maker (a session) where one has enough: nobody is enrolled over weeks."""
    if makers is not None:
        names, found = np.unique(makers[mine], return_counts=True)
        if len(enough := names[found >= count]):
            mine = mine[makers[mine] == enough[0]]
    return rng.permutation(mine)[:count]


def _tar_name(kind: str) -> str:
    return f"tar@{kind.removeprefix('@')}{'-' if kind else ''}far={1 - CAUGHT:g}"
