"""How well one query ranks the candidates that it should find.

Ties are pessimistic: a candidate that should not be found is ranked before one that should, at
the same distance, so a network that answers the same for everything earns nothing.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same


def relevant_ranks(distance: Distances, relevant: Same) -> Indices:
    """(R,) the ranks, counted from 1 and ascending, of the R relevant ones among n candidates.

    >>> relevant_ranks(np.float32([0.1, 0.2, 0.2, 0.9]), np.array([True, False, True, False]))
    array([1, 3])
    """
    wanted = np.sort(distance[relevant])
    others = distance[~relevant]
    # Each other candidate stands before the first wanted one that is not nearer than it.
    stands_before = np.searchsorted(wanted, others, side="left")
    others_before = np.cumsum(np.bincount(stands_before, minlength=len(wanted) + 1))
    return np.arange(1, len(wanted) + 1) + others_before[: len(wanted)]


def right_is_nearest(distance: Distances | Floats, right: Codes) -> Same:
    """(…,) whether the right one of (…, m) candidates is strictly nearer than every other.

    >>> right_is_nearest(np.array([[0.1, 0.4], [0.3, 0.3]]), np.array([0, 0])).tolist()
    [True, False]
    """
    own = np.take_along_axis(distance, right[..., None], -1)[..., 0]
    others = distance.copy()
    np.put_along_axis(others, right[..., None], np.inf, -1)
    return np.asarray(own < others.min(-1), np.bool_)


def recall_at(ranks: Indices, k: int) -> float:
    """1 when a relevant candidate is among the first k, else 0 (as in metric learning)."""
    return float(ranks[0] <= k)


def average_precision_at_r(ranks: Indices) -> float:
    """Average precision over the first R ranks only, where R candidates are relevant.

    Musgrave, Belongie & Lim, "A metric learning reality check", ECCV 2020, section 4.1 (MAP@R).
    """
    inside = ranks <= len(ranks)
    precision = np.arange(1, len(ranks) + 1) / ranks
    return float(precision[inside].sum() / len(ranks))
