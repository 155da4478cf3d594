"""The contract of all batch kinds: what is said to match does, and an epoch can be drawn again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gemel.batches as room
from gemel.batches import (
    AcrossSides,
    Classes,
    Episodes,
    GivenPairs,
    LabelIndex,
    Partners,
    RandomPairs,
    Sequences,
    Trials,
    Triplets,
    TwoSidedIndex,
)
from gemel.errors import DataError

LABELS = np.repeat(np.arange(12), [5] * 6 + [4, 3, 2, 7, 9, 6])
GROUPS = LABELS // 4
MAKERS = np.arange(len(LABELS)) % 5
ITEMS = np.flatnonzero(np.arange(len(LABELS)) % 10 != 3)


def index(groups=GROUPS):
    return LabelIndex(ITEMS, LABELS, groups)


def two_sided():
    return TwoSidedIndex(ITEMS[::2], ITEMS[1::2], LABELS, GROUPS)


def given_pairs():
    left, right = ITEMS[:-1], ITEMS[1:]
    return GivenPairs(left, right, LABELS[left] == LABELS[right], size=16)


def partners():
    """One pair of each label, so that everybody else's partner is of another one."""
    pairs = [np.flatnonzero(label == LABELS) for label in range(12)]
    ends = np.array([own[np.isin(own, ITEMS)][:2] for own in pairs])
    return Partners(ends[:, 0], ends[:, 1], size=5)


KINDS = {
    "partners": partners,
    "given pairs": given_pairs,
    "random pairs": lambda: RandomPairs(index(), size=16),
    "pairs in a group": lambda: RandomPairs(index(), size=16, groups=1),
    "triplets": lambda: Triplets(index(), size=8),
    "triplets in a group": lambda: Triplets(index(), size=8, groups=1),
    "classes": lambda: Classes(index(), labels=5, items=3),
    "turned classes": lambda: Classes(index(), labels=5, items=3, turned=True),
    "classes in a group": lambda: Classes(index(), labels=4, items=3, groups=1),
    "trials": lambda: Trials(index(), MAKERS, trials=2, ways=3),
    "trials without makers": lambda: Trials(index(None), None, trials=1, ways=6, turned=True),
    "across sides": lambda: AcrossSides(two_sided(), labels=4, items=2),
    "episodes": lambda: Episodes(index(), ways=5, shots=2, queries=2),
    "sequences": lambda: Sequences(index(), ways=3, items=4, size=2),
    "sequences in a group": lambda: Sequences(index(), ways=4, items=2, size=3, groups=1),
    "episodes in a group": lambda: Episodes(index(), ways=4, shots=1, queries=1, groups=1),
}


def test_every_kind_of_the_room_is_under_contract():
    written = {
        kind
        for name in room.__all__
        if hasattr(kind := getattr(room, name), "epoch") and kind is not room.BatchKind
    }
    assert written == {type(make()) for make in KINDS.values()}


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    return KINDS[request.param]()


def epoch(kind, seed=0):
    return list(kind.epoch(np.random.default_rng(seed)))


def test_an_epoch_has_the_promised_steps(kind):
    assert len(epoch(kind)) == kind.steps >= 1


def test_what_is_said_to_match_matches(kind):
    for batch in epoch(kind):
        labels = LABELS[batch.items]
        expected = labels[batch.rows][:, None] == labels[batch.columns]
        np.testing.assert_array_equal(batch.same, expected)


def test_an_episode_says_whose_example_each_column_is(kind):
    for batch in epoch(kind):
        if batch.ways is None:
            continue
        assert (batch.columns == batch.columns[0]).all()
        labels = LABELS[batch.items[batch.columns[0]]]
        assert ((labels[:, None] == labels) == (batch.ways[:, None] == batch.ways)).all()
        assert set(batch.ways) == set(range(batch.ways.max() + 1))


def test_only_training_items_are_drawn(kind):
    for batch in epoch(kind):
        assert np.isin(batch.items, ITEMS).all()


def test_no_position_is_compared_with_itself(kind):
    for batch in epoch(kind):
        assert (batch.rows[:, None] != batch.columns).all()


def test_both_kinds_of_pairs_are_there(kind):
    same = np.concatenate([batch.same.ravel() for batch in epoch(kind)])
    assert same.any()
    assert not same.all()


def test_a_seed_draws_the_same_epoch_again_and_another_seed_another(kind):
    first, again, other = (epoch(kind, seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.items, b.items)
    assert any(not np.array_equal(a.items, b.items) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("name", [name for name in KINDS if name.endswith("group")])
def test_within_a_group_all_comparisons_stay_in_it(name):
    for batch in epoch(KINDS[name]()):
        groups = GROUPS[batch.items]
        assert (groups[batch.rows][:, None] == groups[batch.columns]).all()


def test_random_pairs_are_half_and_half():
    for batch in epoch(RandomPairs(index(), size=16)):
        assert batch.same.sum() == 8
        assert (batch.items[batch.rows[:8]] != batch.items[batch.columns[:8, 0]]).all()


def test_classes_use_every_pair_of_the_batch():
    batch = epoch(Classes(index(), labels=5, items=3))[0]
    assert batch.same.shape == (15, 14)
    assert batch.same.sum() == 15 * 2
    for row, columns in enumerate(batch.columns):
        assert sorted([row, *columns]) == list(range(15))


def test_given_pairs_come_once_an_epoch():
    kind = given_pairs()
    seen = [
        (batch.items[a], batch.items[b[0]])
        for batch in epoch(kind)
        for a, b in zip(batch.rows, batch.columns, strict=True)
    ]
    assert sorted(seen) == sorted(zip(kind.left, kind.right, strict=True))


def test_pairs_that_are_kept_come_as_often_as_asked_for():
    kind = replace(given_pairs(), size=7, times=3)
    batches = epoch(kind)
    seen = [
        (batch.items[a], batch.items[b[0]])
        for batch in batches
        for a, b in zip(batch.rows, batch.columns, strict=True)
    ]
    assert len(batches) == kind.steps
    assert sorted(seen) == sorted(3 * list(zip(kind.left, kind.right, strict=True)))


def test_a_group_is_turned_as_a_whole():
    kind = Classes(index(), labels=6, items=2, turned=True)
    batches = [batch for seed in range(20) for batch in epoch(kind, seed)]
    for batch in batches:
        groups = GROUPS[batch.items]
        for group in np.unique(groups):
            assert len(np.unique(batch.turns[groups == group])) == 1
    assert set(np.concatenate([batch.turns for batch in batches])) == {0, 1, 2, 3}
    assert any(len(np.unique(batch.turns)) > 1 for batch in batches)


def test_queries_of_an_episode_are_never_among_its_examples():
    for batch in epoch(Episodes(index(), ways=5, shots=1, queries=1)):
        queries, examples = batch.items[:5], batch.items[5:]
        assert not set(queries) & set(examples)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=40))
@settings(max_examples=50)
def test_any_labels_either_serve_or_are_refused(labels):
    labels = np.array(labels)
    counts = np.bincount(labels)
    if (counts > 0).sum() < 2 or counts.max() < 2:
        with pytest.raises(DataError, match="at least two labels"):
            LabelIndex(np.arange(len(labels)), labels)
        return
    made = LabelIndex(np.arange(len(labels)), labels)
    for kind in (RandomPairs(made, size=4), Triplets(made, size=2), Classes(made, 2, 2)):
        for batch in epoch(kind):
            own = labels[batch.items]
            assert np.array_equal(batch.same, own[batch.rows][:, None] == own[batch.columns])


def test_a_batch_of_sequences_compares_each_item_with_all_others_of_its_own():
    (batch, *_) = epoch(Sequences(index(), ways=3, items=4, size=2))
    assert len(batch.items) == 2 * 12
    for row, columns in zip(batch.rows, batch.columns, strict=True):
        own = np.arange(12) + row // 12 * 12
        np.testing.assert_array_equal(columns, own[own != row])


def test_what_an_item_is_called_in_its_sequence_is_its_label_under_a_new_number():
    numbers = set()
    for seed in range(80):
        batch = epoch(Sequences(index(), ways=3, items=2, size=1), seed)[0]
        assert sorted(np.bincount(batch.classes)) == [2, 2, 2]
        for one in range(3):
            labels = set(LABELS[batch.items[batch.classes == one]])
            assert len(labels) == 1
            numbers |= {(label, one) for label in labels}
    # No label keeps its number.
    assert len({one for label, one in numbers if label == 0}) == 3


def test_a_left_item_with_two_partners_in_a_batch_matches_both():
    pairs = Partners(np.array([0, 0, 3]), np.array([1, 2, 4]), size=3)
    (batch,) = pairs.epoch(np.random.default_rng(0))
    left, right = batch.items[batch.rows], batch.items[batch.columns[0]]
    expected = [[(a, b) in {(0, 1), (0, 2), (3, 4)} for b in right] for a in left]
    assert batch.same.tolist() == expected


def test_what_pairs_join_one_after_another_is_all_the_same():
    """A is B and B is C: A beside C is no different pair."""
    pairs = Partners(np.array([0, 1, 3]), np.array([1, 2, 4]), size=3)
    (batch,) = pairs.epoch(np.random.default_rng(0))
    left, right = batch.items[batch.rows], batch.items[batch.columns]
    assert batch.same.tolist() == ((left[:, None] < 3) == (right < 3)).tolist()


def test_an_item_between_two_partners_does_not_meet_itself():
    """1 is right of 0 and left of 2, and 3, 4 and 5 are each on both sides."""
    left, right = np.array([0, 1, 3, 4, 5]), np.array([1, 2, 4, 5, 3])
    (batch,) = Partners(left, right, size=5).epoch(np.random.default_rng(0))
    assert not batch.copies.any()
    items, others = batch.items[batch.rows], batch.items[batch.columns]
    assert batch.same.tolist() == ((items[:, None] < 3) == (others < 3)).tolist()
    for item, met in zip(items.tolist(), others.tolist(), strict=True):
        partner = dict(zip(left.tolist(), right.tolist(), strict=True))[item]
        # Every other right item once, and the partner in place of the item itself.
        replaced = [partner if each == item else each for each in [1, 2, 4, 5, 3]]
        assert sorted(met) == sorted(replaced)


@pytest.mark.parametrize("many", [2, 4])
def test_no_query_of_a_small_label_is_its_own_example(many):
    small = LabelIndex(np.arange(5 * many), np.repeat(np.arange(5), many))
    for shots in (1, 3):
        for batch in Episodes(small, ways=4, shots=shots, queries=5).epoch(
            np.random.default_rng(0)
        ):
            assert batch.items.shape == (4 * (shots + 5),)
            assert not (batch.copies & batch.same).any()


def test_no_trial_matches_a_drawing_with_itself_where_a_maker_has_none():
    items = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    makers = np.tile([0, 0, 1, 1], 3)
    makers[:4] = 0  # of the first label all are of one maker
    for each in (makers, np.zeros(12, int)):
        for batch in Trials(items, each, trials=4, ways=3).epoch(np.random.default_rng(1)):
            assert not (batch.copies & batch.same).any()


@pytest.mark.parametrize("lengths", [None, np.arange(65)])
def test_no_batch_is_left_with_a_single_pair(lengths):
    left, right = np.arange(65), np.arange(65, 130)
    same = np.arange(65) % 2 == 0
    for kind in (
        GivenPairs(left, right, same, size=64, lengths=lengths),
        Partners(left, right, size=64, lengths=lengths),
    ):
        batches = list(kind.epoch(np.random.default_rng(0)))
        assert sorted(len(batch.items) // 2 for batch in batches) == [32, 33]
        assert kind.steps == 2
        assert sorted(np.concatenate([batch.items for batch in batches])) == list(range(130))


def test_labels_of_a_small_group_are_drawn_no_more_often_than_others():
    labels = np.repeat(np.arange(22), 2)
    two_groups = LabelIndex(np.arange(44), labels, (labels >= 2).astype(int))
    rng = np.random.default_rng(0)
    drawn = np.array([two_groups.draw_from_group(1, rng)[0] for _ in range(2_000)])
    # 2 labels of 22 are in the small group.
    assert (drawn < 2).mean() == pytest.approx(2 / 22, abs=0.03)


def test_groups_of_very_different_sizes_give_as_many_labels_as_there_are():
    labels = np.arange(14) // 2  # a group of five labels, and two of one
    uneven = LabelIndex(np.arange(14), labels, np.maximum(labels - 4, 0))
    for count in (2, 4, 6, 7, 9):
        drawn = uneven.draw_labels(count, 2, np.random.default_rng(count))
        assert len(set(drawn.tolist())) == len(drawn) == min(count, 7)


@pytest.mark.parametrize(("count", "groups"), [(5, 4), (6, 4), (9, 4), (10, 4), (9, 5)])
def test_labels_are_spread_evenly_over_as_many_groups_as_were_asked_for(count, groups):
    labels = np.repeat(np.arange(20), 2)
    index = LabelIndex(np.arange(40), labels, labels // 5)  # four groups
    drawn = index.draw_labels(count, groups, np.random.default_rng(0))
    of_group = np.bincount(drawn // 5, minlength=4)
    assert of_group.sum() == count
    assert of_group.max() - of_group.min() <= 1


def test_no_anchor_is_its_own_partner_where_a_label_has_one_item():
    labels = np.array([0, 0, 1, 2, 3])
    for batch in Triplets(LabelIndex(np.arange(5), labels), size=4).epoch(np.random.default_rng(0)):
        assert (batch.items[:4] != batch.items[4:8]).all()


@pytest.mark.parametrize("kind", [RandomPairs, Triplets])
def test_a_label_alone_in_its_group_is_compared_with_those_of_others(kind):
    labels = np.repeat(np.arange(3), 2)
    alone = LabelIndex(np.arange(6), labels, (labels == 2).astype(int))
    batches = epoch(kind(alone, size=60, groups=1))
    compared = {
        (labels[batch.items[row]], labels[batch.items[column]])
        for batch in batches
        for row, columns in zip(batch.rows, batch.columns, strict=True)
        for column in columns
    }
    assert {(2, 0), (2, 1)} <= compared
