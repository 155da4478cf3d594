"""Trials between two makers: who drew what, and what an overlay makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.batches import LabelIndex, Trials

LABELS = np.repeat(np.arange(8), 6)
GROUPS = LABELS // 4
MAKERS = np.tile(np.arange(6), 8)
INDEX = LabelIndex(np.arange(48), LABELS, GROUPS)


def batches(count=200, **settings):
    kind = Trials(INDEX, MAKERS, trials=2, ways=4, **settings)
    rng = np.random.default_rng(0)
    return [batch for _ in range(count // kind.steps) for batch in kind.epoch(rng)]


def test_a_trial_is_of_one_group_and_two_makers_with_each_label_once():
    for batch in batches():
        items = batch.items.reshape(2, 2, 4)
        for ours, theirs in items:
            assert len({*GROUPS[ours], *GROUPS[theirs]}) == 1
            assert len(set(MAKERS[ours])) == len(set(MAKERS[theirs])) == 1
            assert MAKERS[ours[0]] != MAKERS[theirs[0]]
            assert LABELS[ours].tolist() == LABELS[theirs].tolist()
            assert len(set(LABELS[ours])) == 4


def test_every_drawing_is_looked_for_among_the_other_makers_alone():
    (batch, *_) = batches(4)
    makers, groups = MAKERS[batch.items], batch.groups
    assert (makers[batch.rows][:, None] != makers[batch.columns]).all()
    assert (groups[batch.rows][:, None] == groups[batch.columns]).all()
    assert (batch.same.sum(1) == 1).all()


def test_makers_and_labels_are_drawn_alike_often():
    items = np.concatenate([batch.items for batch in batches(1500)])
    for codes in (MAKERS[items], LABELS[items]):
        counts = np.bincount(codes)
        assert counts.min() > 0.85 * counts.max()


def test_an_overlaid_label_is_the_pair_of_labels_and_has_the_same_partner_on_both_sides():
    overlaid = 0
    for batch in batches(overlaid=0.5):
        if batch.over is None:
            continue
        overlaid += 1
        assert (MAKERS[batch.items] == MAKERS[batch.items[batch.over]]).all()
        both = np.sort([LABELS[batch.items], LABELS[batch.items[batch.over]]], axis=0).T
        expected = (both[batch.rows][:, None] == both[batch.columns]).all(-1)
        assert (batch.same == expected).all()
    assert overlaid > 100  # half of the trials, two of them in a batch: three batches of four


def test_a_group_with_too_few_labels_shows_some_twice_and_knows_it():
    kind = Trials(INDEX, MAKERS, trials=1, ways=6)
    batch = next(kind.epoch(np.random.default_rng(0)))
    labels = LABELS[batch.items]
    assert (batch.same == (labels[batch.rows][:, None] == labels[batch.columns])).all()
    assert batch.same.sum(1).max() == 2


@pytest.mark.parametrize("makers", [None, np.arange(16) % 3 % 2])
def test_no_item_is_on_both_sides_of_a_trial_whose_labels_repeat(makers):
    labels = np.repeat(np.arange(8), 2)
    index = LabelIndex(np.arange(16), labels, np.minimum(labels // 2, 2))
    kind, rng = Trials(index, makers, trials=2, ways=4), np.random.default_rng(0)
    for _ in range(20):
        for batch in kind.epoch(rng):
            assert not batch.copies.any()
