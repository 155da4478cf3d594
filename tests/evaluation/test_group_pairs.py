"""Koch's pairs: the balance that the paper states, and the pairs that it rules out."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError
from gemel.evaluation.group_pairs import group_pairs

# Three groups of 2, 5 and 20 labels: a uniform draw of labels would hardly see the first.
LABELS = np.repeat(np.arange(27), [4] * 26 + [1])
GROUPS = np.repeat([0, 1, 2], [8, 20, len(LABELS) - 28])


@pytest.fixture(scope="module")
def pairs():
    return group_pairs(LABELS, GROUPS, 6_000, seed=0)


def test_every_group_has_as_many_of_each_kind(pairs):
    for group in range(3):
        mine = GROUPS[pairs.left] == group
        assert mine.sum() == 2_000
        assert pairs.same[mine].sum() == 1_000


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_so_it_is_with_an_even_number_of_groups_too(groups):
    labels = np.repeat(np.arange(3 * groups), 4)
    pairs = group_pairs(labels, labels // 3, 400, seed=0)
    group = labels[pairs.left] // 3
    assert np.bincount(group).tolist() == [400 // groups] * groups
    assert np.bincount(group, weights=pairs.same).tolist() == [200 // groups] * groups


def test_what_is_said_to_match_matches_and_nothing_meets_itself(pairs):
    assert (pairs.same == (LABELS[pairs.left] == LABELS[pairs.right])).all()
    assert (pairs.left != pairs.right).all()
    assert (GROUPS[pairs.left] == GROUPS[pairs.right]).all()
    assert (pairs.left_unit == LABELS[pairs.left]).all()


def test_labels_of_a_group_are_drawn_alike(pairs):
    counts = np.bincount(LABELS[pairs.left[(GROUPS[pairs.left] == 1) & pairs.same]])[2:7]
    # 1,000 draws of 5 labels: 200 each, with a standard deviation of 12.6.
    assert np.abs(counts - 200).max() < 60


def test_a_seed_draws_the_same_pairs_again_and_another_seed_others(pairs):
    again, other = (group_pairs(LABELS, GROUPS, 6_000, seed) for seed in (0, 1))
    assert (pairs.left == again.left).all()
    assert (pairs.left != other.left).any()


def test_without_groups_all_labels_are_one():
    pairs = group_pairs(LABELS, None, 4_000, seed=0)
    crossing = GROUPS[pairs.left] != GROUPS[pairs.right]
    assert crossing.any()
    assert not crossing[pairs.same].any()


def test_a_group_that_cannot_give_both_kinds_is_left_out_and_none_is_refused():
    labels, groups = np.array([0, 0, 1, 2, 3, 3, 4]), np.array([0, 0, 1, 1, 2, 2, 2])
    pairs = group_pairs(labels, groups, 100, seed=0)
    assert set(groups[pairs.left]) == {2}
    with pytest.raises(DataError, match="need a group with two labels, one of them with two items"):
        group_pairs(np.array([0, 1, 2]), np.array([0, 0, 1]), 10, seed=0)
