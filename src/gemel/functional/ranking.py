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
    return _ranks(_ahead_of_last(distance, relevant)[1], int(relevant.sum()))


def relevant_ranks_without(
    distance: Distances, relevant: Same, labels: Codes, depth: int
) -> tuple[Indices, Codes, Indices]:
    """The ranks (R,) of the relevant candidates; labels (u,) of irrelevant ones; and the ranks
    (u, R) without the candidates of each.

    These are the labels that have one of the first max(R, `depth`) ranks: without any other, the
    same candidates have these. `labels` (n,) are those of all candidates.

    >>> distance, relevant = np.float32([0.1, 0.2, 0.2, 0.9]), np.array([True, False, True, False])
    >>> relevant_ranks_without(distance, relevant, np.array([5, 6, 5, 7]), depth=1)
    (array([1, 3]), array([6]), array([[1, 2]]))
    """
    count = int(relevant.sum())
    last = min(max(count, depth), len(distance)) - 1
    codes = np.unique(labels[~relevant & (distance <= np.partition(distance, last)[last])])
    ahead, nearer = _ahead_of_last(distance, relevant)
    ranks, of = _ranks(nearer, count), labels[ahead]
    chosen = np.isin(of, codes)
    cell = np.searchsorted(codes, of[chosen]) * (count + 1) + nearer[chosen]
    counts = np.bincount(cell, minlength=len(codes) * (count + 1)).reshape(len(codes), count + 1)
    return ranks, codes, ranks - counts.cumsum(1)[:, :count]


def _ahead_of_last(distance: Distances, relevant: Same) -> tuple[Same, Indices]:
    """Which irrelevant candidates (n,) are not after the last relevant one, and how many relevant
    ones are nearer than each of these.
    """
    ascending = np.sort(distance[relevant])
    ahead = ~relevant & ~(distance > ascending[-1])
    # "left" puts ties before the relevant ones.
    return ahead, np.searchsorted(ascending, distance[ahead], side="left")


def _ranks(nearer: Indices, count: int) -> Indices:
    """The ranks of `count` relevant candidates, of which `nearer` precede each irrelevant one."""
    irrelevant_before = np.cumsum(np.bincount(nearer, minlength=count + 1))
    return np.arange(1, count + 1) + irrelevant_before[:count]


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
