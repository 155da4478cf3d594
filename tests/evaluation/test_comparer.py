from __future__ import annotations

import numpy as np
import pytest

from gemel.evaluation import comparer as module


@pytest.mark.parametrize("floats", [1, 40, 8_000_000])
def test_pairs_and_cross_agree_whatever_the_size_of_a_step(monkeypatch, noisy, floats):
    monkeypatch.setattr(module, "CHUNK_FLOATS", floats)
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
