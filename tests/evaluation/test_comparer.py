from __future__ import annotations

import numpy as np
import pytest

from gemel.evaluation import comparer as module
from heard import Followed


@pytest.mark.parametrize("floats", [1, 40, 8_000_000])
def test_pairs_and_cross_agree_whatever_the_size_of_a_step(monkeypatch, noisy, floats):
    monkeypatch.setattr(module, "BLOCK_FLOATS", floats)
    comparer = noisy(np.arange(9))
    left, right = np.array([0, 3, 8, 3]), np.array([1, 3, 2])
    cross = comparer.cross(left, right)
    rows, columns = np.meshgrid(left, right, indexing="ij")
    np.testing.assert_array_equal(comparer.pairs(rows.ravel(), columns.ravel()), cross.ravel())
    expected = np.linalg.norm(comparer.embeddings[3] - comparer.embeddings[1])
    assert cross[1, 0] == pytest.approx(expected)
    assert cross[1, 1] == 0


def test_nothing_compared_is_nothing(noisy):
    comparer, nothing = noisy(np.arange(3)), np.zeros(0, np.int64)
    assert comparer.pairs(nothing, nothing).shape == (0,)
    assert comparer.cross(nothing, np.arange(3)).shape == (0, 3)
    assert comparer.cross(np.arange(3), nothing).shape == (3, 0)


def test_pairs_of_items_that_come_back_are_those_of_all_with_all(noisy):
    comparer, compared = noisy(np.arange(9)), []

    def counting(left, right):
        compared.append(left.shape[0] * left.shape[1] * right.shape[1])
        return comparer.metric(left, right)

    left, right = np.random.default_rng(0).integers(5, size=(2, 400)) + 3
    often = module.EmbeddingComparer(comparer.embeddings, counting).pairs(left, right)
    assert sum(compared) == 25  # 5 x 5 items, for 400 pairs of them
    each = [comparer.pairs(left[i : i + 1], right[i : i + 1])[0] for i in range(400)]
    np.testing.assert_allclose(often, each, rtol=1e-5)


def test_a_query_is_fetched_once_for_all_that_it_is_compared_with(monkeypatch, noisy):
    comparer, shapes = noisy(np.arange(90)), []

    def watched(left, right):
        shapes.append((left.shape[:2], right.shape[:2]))
        return comparer.metric(left, right)

    queries, others = np.repeat(np.arange(10), 3), np.arange(30) + 50
    watching = module.EmbeddingComparer(comparer.embeddings, watched)
    in_rows = watching.pairs(queries, others)
    assert shapes == [((10, 1), (10, 3))]
    each = [comparer.pairs(queries[i : i + 1], others[i : i + 1])[0] for i in range(30)]
    np.testing.assert_allclose(in_rows, each, rtol=1e-5)
    # Where not even one row of them fits a step, they go pair by pair.
    monkeypatch.setattr(module, "BLOCK_FLOATS", 2 * comparer.embeddings.shape[1])
    np.testing.assert_allclose(watching.pairs(queries, others), each, rtol=1e-5)
    assert shapes[1:] == [((2, 1), (2, 1))] * 15


def test_a_long_comparison_tells_how_far_it_is_and_a_short_one_does_not(monkeypatch, noisy):
    followed = Followed()
    told = followed.told

    comparer = module.EmbeddingComparer(
        noisy(np.arange(200)).embeddings, noisy(np.arange(9)).metric, progress=followed
    )
    comparer.pairs(np.arange(100), np.arange(100) + 100)
    assert told == []
    monkeypatch.setattr(module, "BLOCK_FLOATS", comparer.embeddings.shape[1])
    comparer.pairs(np.arange(100), np.arange(100) + 100)
    assert told == [("comparing pairs", 100), *range(1, 101)]
    told.clear()
    comparer.cross(np.arange(10), np.arange(9) + 100)
    assert told == [("comparing pairs", 90), *range(1, 91)]
