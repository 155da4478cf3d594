"""Sides that can be trusted: properties that always hold, and cases worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dividing import divided
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gemel.data import PARTS, TEST, TRAIN, VALIDATION, Dataset, Pairs, Split, SplitConfig
from gemel.data.sources import FileItems
from gemel.data.splits.together import together
from gemel.errors import DataError


def named(n: int) -> FileItems:
    return FileItems(Path(), tuple(map(str, range(n))))


def labelled(labels: list[int], **more: object) -> Dataset:
    names = tuple(map(str, range(max(labels) + 1)))
    return Dataset("set", named(len(labels)), np.array(labels), names, **more)


def sides(parts: Split) -> list[set[int]]:
    return [set(parts.part(name).tolist()) for name in PARTS]


class TestTogether:
    @given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=20))
    def test_against_spreading_until_nothing_changes(self, keys):
        first, second = map(np.array, zip(*keys, strict=True))
        found = together(first, second)
        colour = np.arange(len(first))
        for _ in range(len(first)):
            for key in (first, second):
                for value in set(key.tolist()):
                    colour[key == value] = colour[key == value].min()
        np.testing.assert_array_equal(found[:, None] == found, colour[:, None] == colour)


class TestLabels:
    def test_many_labels_are_held_out_whole(self):
        data = labelled([label for label in range(20) for _ in range(5)])
        parts = divided(data)
        assert parts.by == "label"
        of = [set(data.labels[list(side)].tolist()) for side in sides(parts)]
        assert sum(map(len, of)) == len(set.union(*of))
        # 20 labels of one size: 12, 4 and 4.
        assert [len(labels) for labels in of] == [12, 4, 4]
        assert "20 labels have two items" in parts.reason

    def test_few_labels_are_split_by_item_in_proportion_and_it_says_what_that_costs(self):
        data = labelled([0] * 50 + [1] * 100)
        parts = divided(data)
        assert parts.by == "item"
        assert "say little about new ones" in parts.reason
        for side, share in zip(sides(parts), (0.6, 0.2, 0.2), strict=True):
            counts = np.bincount(data.labels[list(side)])
            assert counts.tolist() == [50 * share, 100 * share]

    def test_labels_with_one_item_do_not_count_as_enough(self):
        data = labelled([*range(30), *range(9), *range(9)])
        assert divided(data).by == "item"

    def test_groups_go_whole_to_one_side(self):
        labels = np.repeat(np.arange(24), 3)
        data = labelled(labels.tolist(), groups=labels // 3, group_names=tuple("abcdefgh"))
        parts = divided(data, by="group")
        of = [set(data.groups[list(side)].tolist()) for side in sides(parts)]
        assert sum(map(len, of)) == len(set.union(*of)) == 8

    def test_the_smallest_set_that_can_be_split(self):
        # Each held-out side needs a pair and a stranger, training two pairs: 3 + 3 + 4 = 10.
        parts = divided(labelled([0] * 5 + [1] * 5))
        assert [len(side) for side in sides(parts)] == [4, 3, 3]

    @pytest.mark.parametrize(
        ("labels", "config", "sentence"),
        [
            ([0, 0, 1, 1], {}, "set cannot be split by item: train|validation|test must have"),
            (
                [0, 0, 1, 1, 2, 2],
                {"by": "label"},
                "cannot be split by label: validation must have 2",
            ),
            ([0, 0, 1, 1], {"by": "group"}, "has no groups to split by"),
        ],
    )
    def test_too_little_to_split(self, labels, config, sentence):
        with pytest.raises(DataError, match=sentence):
            divided(labelled(labels), **config)

    def test_a_picture_shared_by_all_labels_makes_auto_fall_back_to_items(self):
        labels = np.repeat(np.arange(12), 4)
        contents = np.where(np.arange(48) % 4 == 0, 999, np.arange(48))
        parts = divided(labelled(labels.tolist()), contents)
        assert parts.by == "item"
        assert "whole labels cannot be held out here" in parts.reason
        with pytest.raises(DataError, match="cannot be split by label"):
            divided(labelled(labels.tolist()), contents, by="label")

    def test_shares_that_leave_nothing(self):
        with pytest.raises(ValidationError, match="leave something to train on"):
            SplitConfig(validation=0.5, test=0.5)


class TestGiven:
    def test_labels_held_out_by_the_source_stay_and_validation_follows(self):
        # As in digits: 7, 8, 9 are given as test, 0–6 are open.
        labels = np.repeat(np.arange(10), 20)
        data = labelled(labels.tolist(), split=np.where(labels >= 7, TEST, -1))
        parts = divided(data)
        assert parts.by == "label"
        assert set(labels[parts.test]) == {7, 8, 9}
        assert len(set(labels[parts.validation])) == 2
        assert len(set(labels[parts.train])) == 5

    def test_a_test_of_the_same_labels_makes_validation_by_item(self):
        # As in MNIST.
        labels = np.tile(np.arange(10), 30)
        given = np.where(np.arange(300) >= 200, TEST, -1)
        parts = divided(labelled(labels.tolist(), split=given))
        assert parts.by == "item"
        assert parts.test.tolist() == list(range(200, 300))
        assert [len(parts.train), len(parts.validation)] == [160, 40]

    def test_a_test_of_whole_groups_makes_validation_by_group(self):
        # As in Omniglot.
        labels = np.repeat(np.arange(30), 4)
        groups = labels // 3
        data = labelled(
            labels.tolist(),
            groups=groups,
            group_names=tuple("abcdefghij"),
            split=np.where(groups >= 7, TEST, -1),
        )
        parts = divided(data)
        assert parts.by == "group"
        assert not set(groups[parts.train]) & set(groups[parts.validation])

    def test_a_whole_split_is_left_as_it_is(self):
        labels = [0, 0, 1, 1] * 3
        given = np.repeat([TRAIN, VALIDATION, TEST], 4)
        parts = divided(labelled(labels, split=given))
        assert sides(parts) == [set(range(4)), set(range(4, 8)), set(range(8, 12))]

    def test_without_a_given_validation_it_comes_out_of_training_and_says_so(self):
        labels = np.tile([0, 1], 30)
        given = np.repeat([TRAIN, TEST], [40, 20])
        parts = divided(labelled(labels.tolist(), split=given))
        assert parts.test.tolist() == list(range(40, 60))
        assert len(parts.validation) == 8
        assert "gives no validation" in parts.reason

    def test_a_copy_of_a_test_picture_is_not_trained_on(self):
        labels = np.tile([0, 1], 30)
        given = np.repeat([-1, TEST], [40, 20])
        contents = np.arange(60)
        contents[3] = contents[50]
        parts = divided(labelled(labels.tolist(), split=given), contents)
        assert 50 in parts.test
        assert 3 not in set.union(*sides(parts))
        assert "1 item is left out because the same content" in parts.reason


def test_unreadable_items_are_on_no_side():
    readable = np.arange(100) % 7 != 0
    parts = divided(labelled(np.repeat(np.arange(20), 5).tolist()), readable=readable)
    assert set.union(*sides(parts)) == set(np.flatnonzero(readable).tolist())
    assert "15 unreadable items" in parts.reason


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_always_holds(data):
    n_labels = data.draw(st.integers(2, 25))
    labels = [label for label in range(n_labels) for _ in range(data.draw(st.integers(1, 12)))]
    n = len(labels)
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    contents = np.where(draw.random(n) < 0.1, draw.integers(0, n, n), np.arange(n))
    readable = draw.random(n) > 0.05
    some = data.draw(st.sampled_from([None, [-1, -1, -1, TEST], [-1, -1, -1, TRAIN]]))
    given_split = None if some is None else draw.choice(some, n)
    by = data.draw(st.sampled_from(["auto", "label", "item"]))
    seed = data.draw(st.integers(0, 9))
    dataset = labelled(labels, split=given_split)
    try:
        parts = divided(dataset, contents, readable, seed, by=by)
    except DataError:
        assume(False)
    again = divided(dataset, contents, readable, seed, by=by)
    found = sides(parts)
    assert found == sides(again)
    assert sum(map(len, found)) == len(set.union(*found))
    on = [set(contents[list(side)].tolist()) for side in found]
    assert sum(map(len, on)) == len(set.union(*on))
    assert all(readable[list(side)].all() for side in found)
    for name, least_pairs in zip(PARTS, (2, 1, 1), strict=True):
        side = parts.part(name)
        assert (np.diff(side) > 0).all()
        counts = np.bincount(dataset.labels[side])
        assert (counts > 0).sum() >= 2
        assert (counts >= 2).sum() >= least_pairs
    if parts.by == "label" and (given_split is None or (given_split <= TRAIN).all()):
        of = [set(dataset.labels[list(side)].tolist()) for side in found]
        assert sum(map(len, of)) == len(set.union(*of))


@pytest.mark.parametrize("by", ["label", "group"])
def test_what_is_given_for_training_takes_its_labels_along(by):
    """Half of the items of every other label, or of one label of every other group, are given."""
    labels = np.repeat(np.arange(40), 6)
    groups = labels // 2
    given_split = np.where((labels % 4 == 0) & (np.arange(240) % 2 == 0), TRAIN, -1)
    names = tuple(map(str, range(20)))
    data = labelled(labels.tolist(), split=given_split, groups=groups, group_names=names)
    parts = divided(data, by=by)
    codes = labels if by == "label" else groups
    held = np.concatenate([parts.validation, parts.test])
    assert len(held)
    assert not np.isin(codes[held], codes[parts.train]).any()
    assert not np.isin(codes[held], codes[given_split == TRAIN]).any()


@pytest.mark.parametrize("each", [4, 8, 20])
def test_items_of_signers_are_shared_out_whatever_the_seed(each):
    """Two forgeries are no pair: six signers of four signatures, each imitated so many times."""
    labels = np.repeat(np.arange(6), 4 + each)
    genuine = np.tile(np.arange(4 + each) < 4, 6)
    refused = 0
    for seed in range(40):
        try:
            parts = divided(labelled(labels.tolist(), genuine=genuine), seed=seed)
        except DataError:
            refused += 1
        else:
            assert (np.bincount(labels[parts.test][genuine[parts.test]]) >= 2).any()
    assert refused <= 4  # by chance no signer has two among a fifth of 24


def test_forgeries_are_no_partners():
    """Twelve labels of six items; each of those given for the test has one genuine item."""
    labels = list(np.repeat(np.arange(12), 6))
    genuine = np.array([label < 6 or number % 6 == 0 for number, label in enumerate(labels)])
    sides = np.where(np.array(labels) < 6, -1, TEST)
    with pytest.raises(DataError, match="1 of them with two genuine items, and gets 6 and 0"):
        divided(labelled(labels, genuine=genuine, split=sides), by="label")
    mended = genuine.copy()
    mended[-5] = True
    assert len(divided(labelled(labels, genuine=mended, split=sides), by="label").test) == 36


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.sampled_from(["label", "item"]))
def test_shares_are_roughly_met(seed, by):
    counts = np.random.default_rng(seed).integers(3, 15, 60)
    labels = np.repeat(np.arange(60), counts)
    parts = divided(labelled(labels.tolist()), seed=seed, by=by, validation=0.25, test=0.15)
    for name, share in zip(PARTS, (0.6, 0.25, 0.15), strict=True):
        assert abs(len(parts.part(name)) / len(labels) - share) < 0.06


def test_another_seed_is_another_split():
    data = labelled(np.repeat(np.arange(20), 5).tolist())
    assert len({tuple(divided(data, seed=seed).test) for seed in range(5)}) > 1


def paired(
    left: list[int], right: list[int], same: list[int], given: list[int] | None = None
) -> Dataset:
    table = Pairs(
        np.array(left),
        np.array(right),
        np.array(same, bool),
        np.array(given if given is not None else [-1] * len(left)),
    )
    return Dataset("table", named(max(*left, *right) + 1), pairs=table)


def apart(n: int) -> Dataset:
    """n pairs that share no item, half of them the same."""
    return paired(list(range(0, 2 * n, 2)), list(range(1, 2 * n, 2)), [i % 2 for i in range(n)])


def test_published_test_pairs_of_labelled_items_are_never_trained_on():
    labels = [i // 4 for i in range(200)]
    draw = np.random.default_rng(0)
    left, right = draw.integers(0, 200, (2, 4000))
    given = np.where(np.arange(4000) < 800, TEST, -1)
    pairs = Pairs(left, right, left // 4 == right // 4, given)
    rows = divided(labelled(labels, pairs=pairs), by="label").pairs
    assert (given[rows.train] == -1).all()
    assert (given[rows.validation] == -1).all()
    assert (given[rows.test] == TEST).any()


class TestPairs:
    def test_pairs_that_share_no_item_are_shared_out_whole(self):
        parts = divided(apart(50))
        assert [len(parts.pairs.part(name)) for name in PARTS] == [30, 10, 10]
        assert sum(map(len, sides(parts))) == len(set.union(*sides(parts))) == 100

    def test_copies_of_one_picture_tie_their_pairs_together(self):
        contents = np.arange(100)
        contents[2], contents[4] = contents[0], contents[0]
        for seed in range(10):
            parts = divided(apart(50), contents, seed=seed)
            (home,) = [name for name in PARTS if 0 in parts.pairs.part(name)]
            assert {0, 1, 2} <= set(parts.pairs.part(home).tolist())

    def test_a_component_that_no_side_can_hold_out_is_trained_on_whatever_the_seed(self):
        """300 pairs that hang together and five times 60: nothing needs to be thrown away."""
        draw = np.random.default_rng(0)
        left, right, first = [], [], 0
        for pairs, items in ((300, 100), *[(60, 20)] * 5):
            left += (first + draw.integers(0, items, pairs)).tolist()
            right += (first + draw.integers(0, items, pairs)).tolist()
            first += items
        kept = [row for row, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        same = (draw.random(len(kept)) < 0.5).tolist()
        data = paired([left[row] for row in kept], [right[row] for row in kept], same)
        for seed in range(30):
            parts = divided(data, seed=seed)
            assert sum(len(parts.pairs.part(name)) for name in PARTS) == len(kept)

    def test_one_giant_component_costs_crossing_pairs_and_says_how_many(self):
        draw = np.random.default_rng(0)
        left, right = draw.integers(0, 40, 600), draw.integers(0, 40, 600)
        data = paired(left.tolist(), right.tolist(), (draw.random(600) < 0.5).tolist())
        parts = divided(data)
        kept = sum(len(parts.pairs.part(name)) for name in PARTS)
        assert 0 < kept < 600
        assert f"{600 - kept} pairs that cross" in parts.reason
        assert "connected through shared items" in parts.reason
        for name in PARTS:
            rows = parts.pairs.part(name)
            assert set(left[rows]) | set(right[rows]) == set(parts.part(name).tolist())
        assert not (sides(parts)[0] & sides(parts)[2])

    def test_given_sides_stay_except_pairs_whose_item_is_held_out(self):
        # Row 2 trains on item 4, which the test needs.
        data = paired(
            [0, 0, 1, 4, 5, 8, 9],
            [1, 2, 4, 5, 6, 9, 10],
            [1, 0, 1, 1, 0, 1, 0],
            [TRAIN, TRAIN, TRAIN, TEST, TEST, VALIDATION, VALIDATION],
        )
        parts = divided(data)
        assert [parts.pairs.part(name).tolist() for name in PARTS] == [[0, 1], [5, 6], [3, 4]]
        assert "1 pair that crosses" in parts.reason

    def test_open_pairs_follow_the_items_that_are_trained_on_along_a_chain(self):
        """Of 20 chains a–b–c–d the pair a–b is given for training; 60 pairs stand alone."""
        chains = np.arange(80).reshape(20, 4)
        alone = np.arange(80, 200).reshape(60, 2)
        left = [*chains[:, :3].ravel(), *alone[:, 0]]
        right = [*chains[:, 1:].ravel(), *alone[:, 1]]
        same = [*np.repeat(np.arange(20) % 2, 3), *np.arange(60) % 2]
        for seed in range(5):
            data = paired(left, right, same, [TRAIN, -1, -1] * 20 + [-1] * 60)
            parts = divided(data, seed=seed)
            assert set(chains.ravel().tolist()) <= set(parts.train.tolist())
            assert sum(map(len, sides(parts))) == len(set.union(*sides(parts))) == 200

    def test_a_star_cannot_be_split(self):
        data = paired([0] * 20, list(range(1, 21)), [0, 1] * 10)
        with pytest.raises(
            DataError, match=r"each of train, validation, test must have pairs .* of which \w+ gets"
        ):
            divided(data)

    def test_pairs_have_no_labels_to_split_by(self):
        with pytest.raises(DataError, match=r"no labels to split by: set split\.by=item"):
            divided(apart(50), by="label")

    def test_pairs_of_unreadable_items_are_left_out(self):
        readable = np.full(100, True)
        readable[7] = False  # an end of row 3
        parts = divided(apart(50), readable=readable)
        assert sorted(np.concatenate([parts.pairs.part(name) for name in PARTS])) == [
            row for row in range(50) if row != 3
        ]

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 500), st.integers(10, 60), st.integers(20, 120), st.booleans())
    def test_no_item_is_ever_on_two_sides(self, seed, items, rows, some_given):
        draw = np.random.default_rng(seed)
        left, right = draw.integers(0, items, rows), draw.integers(0, items, rows)
        known = draw.choice([-1] * 20 + [TRAIN, TRAIN, VALIDATION, TEST], rows).tolist()
        same = (draw.random(rows) < 0.5).tolist()
        data = paired(left.tolist(), right.tolist(), same, known if some_given else None)
        try:
            parts = divided(data, seed=seed)
        except DataError:
            assume(False)
        found = sides(parts)
        assert sum(map(len, found)) == len(set.union(*found))
        for name in PARTS:
            same = data.pairs.same[parts.pairs.part(name)]
            assert same.any()
            assert not same.all()


def test_copies_are_told_by_whether_their_labels_agree():
    labels = [label for label in range(4) for _ in range(10)]
    contents = np.arange(40)
    assert "cop" not in divided(labelled(labels), contents).reason
    contents[[1, 2]] = 0
    contents[10] = 39
    parts = divided(labelled(labels), contents, by="item")
    assert "2 items are copies of another of the same label" in parts.reason
    [doubt] = parts.doubts
    assert doubt.startswith("1 item is a copy of one of another label (10 and 39): one of")
