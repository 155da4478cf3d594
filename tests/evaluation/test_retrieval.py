from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.intervals import wilson
from gemel.evaluation.retrieval import RetrievalTask, retrieval

LABELS = np.repeat(np.arange(20), 5)


def figures(comparer, labels=LABELS, task=RetrievalTask()):
    return figures_of([retrieval(comparer, labels, task)])


def values(comparer, labels=LABELS, task=RetrievalTask()):
    return {name: each.value for name, each in figures(comparer, labels, task).items()}


def test_four_items_by_hand():
    place = np.array([0.0, 1.0, 1.5, 10.0])
    labels = np.array([0, 0, 1, 1])

    class Line:
        def cross(self, left, right):
            return np.abs(place[left][:, None] - place[right]).astype(np.float32)

    # 0: nearest is 1, right. 1: 2 at ½, wrong. 2: 1, wrong. 3: 2, right. R is 1 for all.
    assert retrieval(Line(), labels).hits["recall@1"][:4].tolist() == [1, 0, 0, 1]
    # No recall@5: of three candidates all are within the nearest five.
    assert values(Line(), labels) == {"recall@1": 0.5, "map@r": 0.5}


def test_an_oracle_finds_all_and_a_constant_nothing(oracle, constant):
    assert values(oracle(LABELS)) == {"recall@1": 1, "recall@5": 1, "map@r": 1}
    assert values(constant) == {"recall@1": 0, "recall@5": 0, "map@r": 0}


def test_a_constant_finds_nothing_among_a_few_either(constant):
    few = ([0, 0, 1, 1], [0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2, 3])
    for labels in (*few, [0] * 4 + [1] * 4, [0, 0, 0, 1, 1, 1, 2], [0] * 20 + [1] * 4):
        found = values(constant, np.array(labels))
        assert {found[name] for name in found if name.startswith("recall")} == {0}


def test_a_random_comparer_is_at_chance(chance):
    figure = figures(chance, np.repeat(np.arange(4), 50))["recall@1"]
    # 49 of the 199 others are right.
    assert figure.low < 49 / 199 < figure.high


def test_the_misses_of_one_label_say_little_of_others(oracle):
    known = oracle(LABELS)

    class OneItemLost:
        def cross(self, left, right):
            distance = known.cross(left, right)
            distance[left == 95] = np.abs(right - 3.0)
            return distance

    recall = figures(OneItemLost())["recall@1"]
    low, high = wilson(recall.value * 80, 80)
    assert recall.value == 0.99
    assert recall.low <= low
    assert recall.high >= high


def test_one_label_that_is_near_many_queries_makes_the_interval_wide(oracle):
    known = oracle(LABELS)

    class Near:
        """The items of label 0 come before any partner for queries of the first ten labels."""

        def cross(self, left, right):
            distance = known.cross(left, right)
            distance[np.ix_(LABELS[left] < 10, LABELS[right] == 0)] = -1
            return distance

    evidence = retrieval(Near(), LABELS)
    labels = evidence.left
    # Of the labels 1 to 9 no query finds its own, of the others each does: 11 of 20.
    assert evidence.statistic(np.ones(len(labels)))["recall@1"] == pytest.approx(11 / 20)
    # Without the candidates of label 0 all would, 9/20 more; the other labels counted alike, it is
    # drawn 0 times of 19, so that these are drawn 20/19 times.
    without = np.where(labels == 0, 0.0, 20 / 19)
    without[:100] = 1
    assert evidence.statistic(without)["recall@1"] == pytest.approx(1)
    recall = figures_of([evidence])["recall@1"]
    assert (recall.low, recall.high) == (0, 1)


def test_matches_a_nearest_neighbour_of_scikit_learn(noisy):
    from sklearn.neighbors import NearestNeighbors

    comparer = noisy(LABELS)
    found = NearestNeighbors(n_neighbors=5).fit(comparer.embeddings)
    neighbours = LABELS[found.kneighbors(return_distance=False)]  # of the items, less themselves
    hits = neighbours == LABELS[:, None]
    assert values(comparer)["recall@1"] == pytest.approx(hits[:, 0].mean())
    assert values(comparer)["recall@5"] == pytest.approx(hits.any(axis=1).mean())


def test_items_without_a_partner_are_candidates_but_not_asked(noisy):
    labels = np.array([0, 0, 1, 2, 3])
    assert figures(noisy(labels), labels)["recall@1"].n == 2


def test_more_queries_than_the_limit_are_sampled(constant):
    asked = []

    class Asked:
        def cross(self, left, right):
            asked.extend(left.tolist())
            return constant.cross(left, right)

    assert figures(Asked(), task=RetrievalTask(most_queries=30))["map@r"].n == 30
    assert len(asked) == len(set(asked)) == 30


def test_the_size_of_a_step_makes_no_difference(monkeypatch, noisy):
    whole = values(noisy(LABELS))
    monkeypatch.setattr("gemel.evaluation.retrieval.CHUNK_FLOATS", 700)
    assert values(noisy(LABELS)) == whole


def test_nothing_to_find_is_refused(noisy):
    labels = np.arange(4)
    with pytest.raises(DataError, match="of the same label, and none of 4 items has one"):
        retrieval(noisy(labels), labels)
