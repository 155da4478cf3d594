"""Items encoded once, and those that are not on a side."""

from __future__ import annotations

import numpy as np

from gemel.evaluation.comparer import EmbeddingComparer
from gemel.measure.compared import Compared, Fetched, encoded


def compared(*order):
    """Three items, some of which are on the left."""
    side = Fetched(lambda chosen: chosen, np.array(order, np.int64))
    return Compared(side, side, 3)


def doubled(items):
    return np.stack([items, 2 * items], 1).astype(np.float32)


def test_items_are_encoded_where_they_stand_and_others_are_0():
    assert encoded(doubled, compared(2, 1)).tolist() == [[0, 0], [1, 2], [2, 4]]


def test_a_side_without_items_can_be_asked_and_has_nothing_to_say():
    empty, none = encoded(doubled, compared()), np.zeros(0, np.int64)
    assert len(empty) == 3
    comparer = EmbeddingComparer(empty, lambda left, right: left @ right.transpose(0, 2, 1))
    assert comparer.pairs(none, none).shape == (0,)
    assert comparer.cross(np.arange(2), none).shape == (2, 0)
