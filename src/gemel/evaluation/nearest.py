"""Nearest-neighbour classification (1-NN), with all known items or with a few of each label.

As for the UCR/UEA archive. A tie between labels counts as wrong, so that a network with constant
output scores 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same
from gemel.functional.grouping import by_code

SHOTS = 5
DRAWS = 10


def correct_by_nearest(distance: Distances, labels: Codes, truth: Codes) -> Same:
    """(t,) whether the nearest known item has the right label; a tie with another label is wrong.

    `distance` (t, k) is that of the items with labels `truth` (t,) to the known items with `labels`
    (k,).

    >>> constant = np.zeros((2, 2), np.float32)
    >>> correct_by_nearest(constant, np.array([0, 1]), np.array([0, 1])).tolist()
    [False, False]
    """
    own = truth[:, None] == labels
    nearest = np.where(own, distance, np.inf).min(1)
    others = np.where(own, np.inf, distance).min(1)
    return np.asarray(nearest < others, np.bool_)


def draw_shots(labels: Codes, seed: int) -> list[Indices]:
    """The positions of `SHOTS` known items of each label, or all if fewer; `DRAWS` times."""
    rng = np.random.default_rng(seed)
    members = by_code(labels).values()
    return [
        np.concatenate([rng.permutation(items)[:SHOTS] for items in members]) for _ in range(DRAWS)
    ]


def correct_by_shots(
    distance: Distances, labels: Codes, truth: Codes, draws: Sequence[Indices]
) -> Floats:
    """(t,) the share of `draws` in which `correct_by_nearest` is true of each item."""
    right = np.zeros(len(truth))
    for drawn in draws:
        right += correct_by_nearest(distance[:, drawn], labels[drawn], truth)
    return right / len(draws)
