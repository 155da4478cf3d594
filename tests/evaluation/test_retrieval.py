from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError
from gemel.evaluation.retrieval import RetrievalTask, retrieval

LABELS = np.repeat(np.arange(20), 5)


def values(comparer, labels=LABELS, task=RetrievalTask()):
    return {name: each.value for name, each in retrieval(comparer, labels, task).figures.items()}


def test_four_items_by_hand():
    place = np.array([0.0, 1.0, 1.5, 10.0])
    labels = np.array([0, 0, 1, 1])

    class Line:
        def cross(self, left, right):
            return np.abs(place[left][:, None] - place[right]).astype(np.float32)

    # 0: nearest is 1, right. 1: 2 at ½, wrong. 2: 1, wrong. 3: 2, right. R is 1 for all.
    result = retrieval(Line(), labels)
    assert result.scores["recall@1"].tolist() == [1, 0, 0, 1]
    assert result.figures["recall@1"].value == result.figures["map@r"].value == 0.5
    assert "recall@5" not in result.figures  # of three candidates all are within the nearest five


def test_an_oracle_finds_all_and_a_constant_nothing(oracle, constant):
    assert values(oracle(LABELS)) == {"recall@1": 1, "recall@5": 1, "map@r": 1}
    assert values(constant) == {"recall@1": 0, "recall@5": 0, "map@r": 0}


def test_a_constant_finds_nothing_among_a_few_either(constant):
    few = ([0, 0, 1, 1], [0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2, 3])
    for labels in (*few, [0] * 4 + [1] * 4, [0, 0, 0, 1, 1, 1, 2], [0] * 20 + [1] * 4):
        figures = values(constant, np.array(labels))
        assert {figures[name] for name in figures if name.startswith("recall")} == {0}


def test_a_random_comparer_is_at_chance(chance):
    figure = retrieval(chance, np.repeat(np.arange(4), 50)).figures["recall@1"]
    # 49 of the 199 others are right.
    assert figure.low < 49 / 199 < figure.high


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
    result = retrieval(noisy(labels), labels)
    assert result.query.tolist() == [0, 1]
    assert result.figures["recall@1"].n == 2


def test_more_queries_than_the_limit_are_sampled(noisy):
    result = retrieval(noisy(LABELS), LABELS, RetrievalTask(most_queries=30))
    assert len(np.unique(result.query)) == 30
    assert result.figures["map@r"].n == 30


def test_the_size_of_a_step_makes_no_difference(monkeypatch, noisy):
    whole = values(noisy(LABELS))
    monkeypatch.setattr("gemel.evaluation.retrieval.CHUNK_FLOATS", 700)
    assert values(noisy(LABELS)) == whole


def test_nothing_to_find_is_refused(noisy):
    labels = np.arange(4)
    with pytest.raises(DataError, match="of the same label, and none of 4 items has one"):
        retrieval(noisy(labels), labels)
