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
    ascending = np.sort(distance[relevant])
    # How many irrelevant candidates precede each relevant one: "left" puts ties before it.
    position = np.searchsorted(ascending, distance[~relevant], side="left")
    irrelevant_before = np.cumsum(np.bincount(position, minlength=len(ascending) + 1))
    return np.arange(1, len(ascending) + 1) + irrelevant_before[: len(ascending)]


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


def recall_at(ranks: Indices, k: int) -> float:
    """1 if any relevant candidate is among the first k, else 0: recall@k of metric learning."""
    return float(ranks[0] <= k)


def average_precision_at_r(ranks: Indices) -> float:
    """Average precision at R, the number of relevant candidates.

    Musgrave, Belongie & Lim, "A metric learning reality check", ECCV 2020, section 4.1 (MAP@R).
    """
    precision = np.arange(1, len(ranks) + 1) / ranks
    return float(precision[ranks <= len(ranks)].sum() / len(ranks))
