"""Ranking metrics of one query: ranks of the relevant candidates, recall@k, MAP@R.

Ties are pessimistic: at equal distance an irrelevant candidate ranks before a relevant one, so a
network with constant output scores 0.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same


def relevant_ranks(distance: Distances, relevant: Same) -> Indices:
    """(R,) the ascending ranks, from 1, of the R relevant candidates among n.

    >>> relevant_ranks(np.float32([0.1, 0.2, 0.2, 0.9]), np.array([True, False, True, False]))
    array([1, 3])
    """
    ascending, position = _partners_before(distance, relevant)
    irrelevant_before = np.cumsum(np.bincount(position, minlength=len(ascending) + 1))
    return np.arange(1, len(ascending) + 1) + irrelevant_before[: len(ascending)]


def relevant_ranks_without(
    distance: Distances, relevant: Same, labels: Codes, depth: int
) -> tuple[Codes, Indices]:
    """Labels (u,) of irrelevant candidates, and the ranks (u, R) of the relevant ones without each.

    These are the labels that have one of the first max(R, `depth`) ranks: without any other, the
    same candidates have these. `labels` (n,) are those of all candidates.

    >>> distance, relevant = np.float32([0.1, 0.2, 0.2, 0.9]), np.array([True, False, True, False])
    >>> relevant_ranks_without(distance, relevant, np.array([5, 6, 5, 7]), depth=1)
    (array([6]), array([[1, 2]]))
    """
    ranks = relevant_ranks(distance, relevant)
    position = _partners_before(distance, relevant)[1]
    of, first = labels[~relevant], min(max(len(ranks), depth), len(distance))
    ahead = distance[~relevant] <= np.partition(distance, first - 1)[first - 1]
    codes = np.unique(of[ahead])
    chosen = np.isin(of, codes)
    cell = np.searchsorted(codes, of[chosen]) * (len(ranks) + 1) + position[chosen]
    counts = np.bincount(cell, minlength=len(codes) * (len(ranks) + 1))
    before = counts.reshape(len(codes), len(ranks) + 1).cumsum(1)[:, : len(ranks)]
    return codes, ranks - before


def _partners_before(distance: Distances, relevant: Same) -> tuple[Distances, Indices]:
    """The ascending distances (R,) of the relevant candidates, and how many of these are nearer
    than each irrelevant one: "left" puts ties before them.
    """
    ascending = np.sort(distance[relevant])
    return ascending, np.searchsorted(ascending, distance[~relevant], side="left")


def right_is_nearest(distance: Distances | Floats, right: Codes) -> Same:
    """(…,) whether the right one of (…, m) candidates is strictly nearer than every other.

    `right` (…,) is the position of the right candidate.

    >>> right_is_nearest(np.array([[0.1, 0.4], [0.3, 0.3]]), np.array([0, 0])).tolist()
    [True, False]
    """
    own = np.take_along_axis(distance, right[..., None], -1)[..., 0]
    others = distance.copy()
    np.put_along_axis(others, right[..., None], np.inf, -1)
    return np.asarray(own < others.min(-1), np.bool_)


def recall_at(ranks: Indices, k: int) -> Floats:
    """1 if any relevant candidate is among the first k, else 0: recall@k of metric learning.

    Maps ascending ranks (…, R) to (…), as does `average_precision_at_r`.
    """
    return np.asarray(ranks[..., 0] <= k, np.float64)


def average_precision_at_r(ranks: Indices) -> Floats:
    """Average precision at R, the number of relevant candidates.

    Musgrave, Belongie & Lim, "A metric learning reality check", ECCV 2020, section 4.1 (MAP@R).
    """
    relevant = ranks.shape[-1]
    precision = np.arange(1, relevant + 1) / ranks
    return np.asarray((precision * (ranks <= relevant)).sum(-1) / relevant)
