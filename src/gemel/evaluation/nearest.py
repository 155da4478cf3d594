"""Items named by the nearest of those that are known: by all of them, or by a few of each label.

As in nearest-neighbour classification of the UCR/UEA archive. An item as near to another label is
named wrongly, so that a network which says the same of everything names nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same
from gemel.functional.grouping import by_code

SHOTS = 5
DRAWS = 10


def named_rightly(distance: Distances, labels: Codes, truth: Codes) -> Same:
    """(t,) whether an item of the right label is strictly nearer than every other.

    `distance` (t, k) to the known items of `labels` (k,).

    >>> same = np.zeros((2, 2), np.float32)
    >>> named_rightly(same, np.array([0, 1]), np.array([0, 1])).tolist()  # of a constant network
    [False, False]
    """
    own = truth[:, None] == labels
    nearest = np.where(own, distance, np.inf).min(1)
    others = np.where(own, np.inf, distance).min(1)
    return np.asarray(nearest < others, np.bool_)


def draw_shots(labels: Codes, seed: int) -> list[Indices]:
    """Which of the known items are looked at in each of `DRAWS` draws: `SHOTS` of a label."""
    rng = np.random.default_rng(seed)
    members = by_code(labels).values()
    return [
        np.concatenate([rng.permutation(items)[:SHOTS] for items in members]) for _ in range(DRAWS)
    ]


def named_by_shots(
    distance: Distances, labels: Codes, truth: Codes, draws: Sequence[Indices]
) -> Floats:
    """(t,) in what share of the draws each item is named rightly; arguments as above."""
    right = np.zeros(len(truth))
    for drawn in draws:
        right += named_rightly(distance[:, drawn], labels[drawn], truth)
    return right / len(draws)
