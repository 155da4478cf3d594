from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemel.functional.ranking import (
    average_precision_at_r,
    recall_at,
    relevant_ranks,
    relevant_ranks_without,
    right_is_nearest,
)


def test_what_ties_with_another_is_not_nearest():
    distance = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [np.nan, 1.0]], np.float32)
    assert right_is_nearest(distance, np.zeros(4, int)).tolist() == [True, False, False, False]
    in_time = right_is_nearest(np.tile(distance, (3, 1, 1)), np.ones((3, 4), int))
    assert in_time[1].tolist() == [False, True, False, False]


def test_by_hand():
    distance = np.float32([0.1, 0.2, 0.3, 0.4, 0.5])
    ranks = relevant_ranks(distance, np.array([True, False, True, False, True]))
    assert ranks.tolist() == [1, 3, 5]
    assert (recall_at(ranks, 1), recall_at(ranks + 1, 1), recall_at(ranks + 1, 2)) == (1, 0, 1)
    # Of the first three ranks, 1 and 3 are right: (1/1 + 0 + 2/3) / 3.
    assert average_precision_at_r(ranks) == pytest.approx((1 + 2 / 3) / 3)


def test_a_constant_distance_ranks_every_relevant_candidate_last():
    ranks = relevant_ranks(np.zeros(10, np.float32), np.arange(10) < 3)
    assert ranks.tolist() == [8, 9, 10]
    assert average_precision_at_r(ranks) == 0


def test_matches_scikit_learn_where_nothing_ties():
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(0)
    distance, relevant = rng.normal(size=200), rng.uniform(size=200) < 0.2
    ranks = relevant_ranks(distance, relevant)
    ours = np.mean(np.arange(1, len(ranks) + 1) / ranks)
    assert ours == pytest.approx(average_precision_score(relevant, -distance))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1).filter(
        lambda rows: any(relevant for _, relevant in rows)
    )
)
def test_matches_a_plain_sort_with_ties(rows):
    ordered = sorted(rows)  # False sorts before True: the wrong ones first
    expected = [place for place, (_, relevant) in enumerate(ordered, 1) if relevant]
    distance = np.float32([distance for distance, _ in rows])
    ranks = relevant_ranks(distance, np.array([relevant for _, relevant in rows]))
    assert ranks.tolist() == expected


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1).filter(
        lambda rows: any(label == 0 for _, label in rows)
    ),
    st.integers(1, 3),
)
def test_without_a_label_ranks_are_those_of_the_others(rows, depth):
    distance, labels = (np.array(column) for column in zip(*rows, strict=True))
    relevant = labels == 0
    ranks, left_out, without = relevant_ranks_without(distance, relevant, labels, depth)
    assert ranks.tolist() == relevant_ranks(distance, relevant).tolist()
    found = dict(zip(left_out.tolist(), without, strict=True))
    for label in range(1, 5):
        others = labels != label
        expected = relevant_ranks(distance[others], relevant[others])
        if label in found:
            assert found[label].tolist() == expected.tolist()
        else:
            assert average_precision_at_r(expected) == average_precision_at_r(ranks)
            assert recall_at(expected, depth) == recall_at(ranks, depth)
