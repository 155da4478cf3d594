from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import DataError
from gemel.evaluation.pairs import (
    PairLimits,
    consecutive_pairs,
    given_pairs,
    sample_pairs,
)


def all_pairs(labels):
    return {
        (i, j): bool(labels[i] == labels[j])
        for i in range(len(labels))
        for j in range(i + 1, len(labels))
    }


@settings(max_examples=100, deadline=None)
@given(
    labels=st.lists(st.integers(0, 8), min_size=2, max_size=25),
    genuine=st.integers(1, 30),
    impostors=st.integers(1, 30),
    seed=st.integers(0, 100),
)
def test_every_sample_is_of_different_true_pairs(labels, genuine, impostors, seed):
    labels = np.array(labels)
    truth = all_pairs(labels)
    total = Counter(truth.values())
    limits = PairLimits(genuine, impostors)
    if not (total[True] and total[False]):
        with pytest.raises(DataError, match="two items of one label and two labels"):
            sample_pairs(labels, seed, limits)
        return
    pairs = sample_pairs(labels, seed, limits)
    keys = [
        tuple(sorted(key)) for key in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    ]
    assert len(set(keys)) == len(keys)
    assert [truth[key] for key in keys] == pairs.same.tolist()
    assert pairs.same.sum() == min(genuine, total[True])
    assert (~pairs.same).sum() == min(impostors, total[False])
    assert (pairs.left_unit == labels[pairs.left]).all()
    assert (pairs.right_unit == labels[pairs.right]).all()


def test_every_pair_is_drawn_equally_often():
    labels = np.array([0] * 6 + [1] * 3 + [2])
    drawn = Counter()
    for seed in range(3_000):
        pairs = sample_pairs(labels, seed, PairLimits(3, 5))
        drawn.update(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    # 18 genuine pairs, 3 drawn: 500 times each. 27 impostor pairs, 5 drawn: 556 times each.
    for (left, right), times in drawn.items():
        expected = 500 if labels[left] == labels[right] else 3_000 * 5 / 27
        assert times == pytest.approx(expected, abs=5 * expected**0.5)
    assert len(drawn) == 45


def test_a_million_items_are_sampled_without_making_their_pairs():
    labels = np.repeat(np.arange(10), 100_000)
    pairs = sample_pairs(labels, 0, PairLimits(1_000, 1_000))
    assert len(pairs) == 2_000
    assert (labels[pairs.left] == labels[pairs.right]).tolist() == pairs.same.tolist()


def test_the_seed_decides():
    labels = np.repeat(np.arange(10), 10)
    first, again, other = (sample_pairs(labels, seed, PairLimits(50, 50)) for seed in (0, 0, 1))
    assert first.left.tolist() == again.left.tolist()
    assert first.left.tolist() != other.left.tolist()


def the_example(labels, increments):
    """The published loop, with the random increments handed in."""
    classes = [np.flatnonzero(labels == one) for one in range(labels.max() + 1)]
    n = min(len(items) for items in classes) - 1
    pairs = []
    for d in range(len(classes)):
        for i in range(n):
            pairs.append((classes[d][i], classes[d][i + 1], True))
            dn = (d + increments[d][i]) % len(classes)
            pairs.append((classes[d][i], classes[dn][i], False))
    return pairs


def test_consecutive_pairs_are_those_of_the_published_loop():
    labels = np.random.default_rng(0).integers(0, 4, 60)
    each = np.bincount(labels).min() - 1
    increments = np.random.default_rng(7).integers(1, 4, (4, each))
    pairs = consecutive_pairs(labels, seed=7)
    ours = list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.same.tolist(), strict=True))
    assert ours == the_example(labels, increments)


def test_consecutive_pairs_are_half_same_and_never_mislabelled():
    labels = np.random.default_rng(1).integers(0, 10, 1_000)
    pairs = consecutive_pairs(labels, seed=0)
    assert pairs.same.mean() == 0.5
    assert (labels[pairs.left] == labels[pairs.right]).tolist() == pairs.same.tolist()
    assert len(pairs) == 2 * 10 * (np.bincount(labels).min() - 1)


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 0, 1], []])
def test_consecutive_pairs_need_two_classes_of_two(labels):
    with pytest.raises(DataError, match="two classes of two items each"):
        consecutive_pairs(np.array(labels, np.int64), seed=0)


def test_given_pairs_find_the_identities_that_matches_imply():
    left, right = np.array([0, 1, 3, 0]), np.array([1, 2, 4, 3])
    pairs = given_pairs(left, right, np.array([True, True, True, False]))
    # 0 = 1 = 2 and 3 = 4 are two identities; the last pair is between them.
    assert len({*pairs.left_unit.tolist(), *pairs.right_unit.tolist()}) == 2
    assert (pairs.left_unit == pairs.right_unit).tolist() == [True, True, True, False]


def test_no_given_pairs_are_no_pairs():
    nothing = np.zeros(0, np.int64)
    assert len(given_pairs(nothing, nothing, np.zeros(0, bool))) == 0


def test_some_of_the_pairs_are_whole_pairs_in_their_order():
    pairs = sample_pairs(np.repeat(np.arange(4), 5), seed=0)
    assert pairs.at_most(None, 0) is pairs
    assert pairs.at_most(len(pairs), 0) is pairs
    some = pairs.at_most(30, 0)
    every = list(zip(pairs.left, pairs.right, pairs.same, strict=True))
    rows = [every.index(row) for row in zip(some.left, some.right, some.same, strict=True)]
    assert rows == sorted(set(rows))
    assert len(rows) == len(some.left_unit) == 30


def test_one_label_is_called_one():
    with pytest.raises(DataError, match="got 3 items of 1 label; add items"):
        sample_pairs(np.zeros(3, int), 0, PairLimits(9, 9))
