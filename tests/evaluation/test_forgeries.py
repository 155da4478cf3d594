from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import DataError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.forgeries import FEWEST, sample_forgery_pairs
from gemel.evaluation.pairs import PairLimits
from gemel.evaluation.resampling import Bootstrap
from gemel.evaluation.verification import OperatingPoint, verification


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=3, max_size=30),
    most=st.integers(2, 40),
    seed=st.integers(0, 20),
)
def test_every_pair_is_of_its_kind_and_none_of_two_forgeries(rows, most, seed):
    labels = np.array([label for label, _ in rows])
    genuine = np.array([own for _, own in rows])
    own = np.flatnonzero(genuine)
    matches = {(i, j) for i in own for j in own if i < j and labels[i] == labels[j]}
    random = {(i, j) for i in own for j in own if i < j and labels[i] != labels[j]}
    skilled = {(i, j) for i in own for j in np.flatnonzero(~genuine) if labels[i] == labels[j]}
    limits = PairLimits(5, most)
    if not (matches and random and skilled):
        with pytest.raises(DataError):
            sample_forgery_pairs(labels, genuine, seed, limits)
        return
    pairs = sample_forgery_pairs(labels, genuine, seed, limits)
    found = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    ordered = [tuple(sorted(pair)) for pair in found]
    kinds = {
        "same": {pair for pair, same in zip(ordered, pairs.same, strict=True) if same},
        "skilled": {pair for pair, it in zip(found, pairs.skilled, strict=True) if it},
        "random": {
            pair
            for pair, same, it in zip(ordered, pairs.same, pairs.skilled, strict=True)
            if not (same or it)
        },
    }
    assert kinds["same"] <= matches
    assert kinds["skilled"] <= skilled
    assert kinds["random"] <= random
    assert sum(map(len, kinds.values())) == len(pairs)
    assert len(kinds["same"]) == min(5, len(matches))
    assert len(kinds["skilled"]) == min(most // 2, len(skilled))
    assert len(kinds["random"]) == min(most - len(kinds["skilled"]), FEWEST, len(random))
    # Intervals draw the writer again: the one that a forgery claims.
    np.testing.assert_array_equal(pairs.left_unit[pairs.skilled], pairs.right_unit[pairs.skilled])


def test_forgeries_of_nobody_at_hand_are_refused():
    with pytest.raises(DataError, match="none of 2 forgeries has one"):
        sample_forgery_pairs(
            np.array([0, 0, 1, 1, 2, 2]), np.array([1, 1, 1, 1, 0, 0]) == 1, seed=0
        )


def figures_at(distance, pairs, threshold):
    point = OperatingPoint(threshold, lambda distance: np.full(len(distance), 0.5))
    return figures_of([verification(distance, pairs, point)], Bootstrap(50))


def test_skilled_and_random_forgeries_apart_by_hand():
    # Two writers with two genuine signatures and one forgery each.
    labels, genuine = np.array([0, 0, 0, 1, 1, 1]), np.array([1, 1, 0, 1, 1, 0]) == 1
    pairs = sample_forgery_pairs(labels, genuine, seed=0)
    # Genuine pairs lie at 1 and 3, forgeries at 2, others' signatures at 4.
    same = labels[pairs.left] == labels[pairs.right]
    distance = np.where(labels[pairs.left] == 0, 1, 3)
    distance = np.where(~genuine[pairs.right], 2, distance)
    figures = figures_at(np.where(same, distance, 4).astype(np.float32), pairs, 2.5)
    values = {name: figure.value for name, figure in figures.items()}
    # Up to 2.5: all 4 skilled, none of the 4 random ones, 1 of 2 genuine.
    assert (values["far@skilled"], values["far@random"], values["far"]) == (1, 0, 0.5)
    assert values["frr"] == 0.5
    # Of skilled ones the genuine pair at 1 is nearer and the one at 3 is not; of random ones both.
    assert (values["auc@skilled"], values["auc@random"]) == (0.5, 1)
    assert values["eer@random"] == 0
    assert values["eer@skilled"] == pytest.approx(0.5)
    assert (figures["far@skilled"].n, figures["eer@random"].n) == (4, 6)


def test_without_forgeries_nothing_is_told_of_them(oracle):
    from gemel.evaluation.pairs import sample_pairs

    labels = np.repeat(np.arange(4), 3)
    pairs = sample_pairs(labels, 0)
    figures = figures_at(oracle(labels).pairs(pairs.left, pairs.right), pairs, 0.5)
    assert not any("skilled" in name or "random" in name for name in figures)


def test_an_oracle_of_writers_lets_every_skilled_forgery_in(oracle):
    labels = np.repeat(np.arange(6), 6)
    genuine = np.tile([True, True, True, True, False, False], 6)
    pairs = sample_forgery_pairs(labels, genuine, seed=0)
    figures = figures_at(oracle(labels).pairs(pairs.left, pairs.right), pairs, 0.5)
    assert figures["far@skilled"].value == 1
    assert figures["auc@skilled"].value == 0.5
    assert figures["far@random"].value == 0
    hand = oracle(labels + 10 * ~genuine)
    figures = figures_at(hand.pairs(pairs.left, pairs.right), pairs, 0.5)
    assert figures["eer@skilled"].value == figures["eer@random"].value == 0
    assert 0 < figures["far@skilled"].high < 0.2


def test_a_handful_of_forgeries_does_not_leave_a_handful_of_pairs():
    labels = np.repeat(np.arange(100), 10)
    genuine = np.arange(1_000) != 7
    pairs = sample_forgery_pairs(labels, genuine, seed=0)
    assert pairs.skilled.sum() == 9
    assert (~pairs.same & ~pairs.skilled).sum() == 3_000
