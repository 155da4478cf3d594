"""Batches across two sides: rows on the left, columns on the right, one match per item."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.batches import AcrossSides, TwoSidedIndex
from gemel.errors import DataError

LABELS = np.tile(np.arange(12), 2)
LEFT, RIGHT = np.arange(12), np.arange(12, 24)


def test_every_left_item_is_asked_among_all_right_ones_of_its_batch():
    index = TwoSidedIndex(LEFT, RIGHT, LABELS)
    for batch in AcrossSides(index, labels=5).epoch(np.random.default_rng(1)):
        left, right = batch.items[batch.rows], batch.items[batch.columns]
        assert np.isin(left, LEFT).all()
        assert np.isin(right, RIGHT).all()
        assert (batch.same == (LABELS[left][:, None] == LABELS[right])).all()
        assert (batch.same.sum(1) == 1).all()


def test_the_sides_are_encoded_apart():
    index = TwoSidedIndex(LEFT, RIGHT, LABELS)
    (batch, *_) = AcrossSides(index, labels=5).epoch(np.random.default_rng(1))
    sides = batch.sides(apart=True)
    assert set(sides.left.items) <= set(LEFT)
    assert set(sides.right.items) <= set(RIGHT)
    same = LABELS[sides.left.items[sides.rows]][:, None] == LABELS[sides.right.items[sides.columns]]
    assert (same == batch.same).all()


def test_a_batch_of_one_group_has_no_other():
    index = TwoSidedIndex(LEFT, RIGHT, LABELS, LABELS // 4)
    for batch in AcrossSides(index, labels=4, groups=1).epoch(np.random.default_rng(2)):
        assert len(set((LABELS // 4)[batch.items])) == 1


def test_the_same_generator_draws_the_same():
    index = TwoSidedIndex(LEFT, RIGHT, LABELS)
    kind = AcrossSides(index, labels=5)
    first, again = (list(kind.epoch(np.random.default_rng(4))) for _ in range(2))
    assert all((a.items == b.items).all() for a, b in zip(first, again, strict=True))


def test_sides_without_common_labels_teach_nothing():
    with pytest.raises(DataError, match="two labels with items on both, got 0"):
        TwoSidedIndex(LEFT, RIGHT, np.arange(24))


def test_a_group_of_one_label_is_not_alone_in_a_batch():
    """Labels 0 and 1 are a group each, the others one: every batch has different pairs."""
    index = TwoSidedIndex(LEFT, RIGHT, LABELS, np.minimum(LABELS, 2))
    batches = AcrossSides(index, labels=4, groups=1)
    for seed in range(20):
        for batch in batches.epoch(np.random.default_rng(seed)):
            assert not batch.same.all()


def test_items_of_a_label_are_different_ones_while_they_last():
    index = TwoSidedIndex(LEFT, RIGHT, LABELS)
    each = min(np.bincount(LABELS[LEFT]).min(), np.bincount(LABELS[RIGHT]).min())
    for batch in AcrossSides(index, labels=4, items=int(each)).epoch(np.random.default_rng(0)):
        assert len(np.unique(batch.items)) == len(batch.items)


def test_groups_of_very_different_sizes_give_as_many_labels_as_there_are():
    # Of six labels, four are in one group and two have a group each.
    labels = np.tile(np.arange(6), 2)
    index = TwoSidedIndex(np.arange(6), np.arange(6, 12), labels, np.maximum(labels - 3, 0))
    for seed in range(20):
        for count in (2, 4, 6, 9):
            drawn = index.draw(count, 1, np.random.default_rng(seed))
            assert len(set(drawn.tolist())) == len(drawn) == min(count, 6)
