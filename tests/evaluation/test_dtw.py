"""Dynamic time warping against a plain loop over all cells of one pair."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.arrays import padded
from gemel.evaluation.dtw import DtwComparer


def plain(a, b):
    cells = np.full((len(a) + 1, len(b) + 1), np.inf)
    cells[0, 0] = 0
    for i in range(len(a)):
        for j in range(len(b)):
            step = min(cells[i, j], cells[i, j + 1], cells[i + 1, j])
            cells[i + 1, j + 1] = ((a[i] - b[j]) ** 2).sum() + step
    return np.sqrt(cells[-1, -1])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9_999), st.integers(1, 3))
def test_is_the_plain_loop_s_whatever_the_lengths(seed, channels):
    rng = np.random.default_rng(seed)
    items = [rng.normal(size=(rng.integers(1, 9), channels)) for _ in range(4)]
    found = DtwComparer(padded(items)).cross(np.arange(4), np.arange(4))
    expected = [[plain(a, b) for b in items] for a in items]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_a_slower_copy_is_no_distance_away():
    rise = np.array([[0.0], [1.0], [2.0]])
    comparer = DtwComparer(padded([rise, np.repeat(rise, 3, axis=0)]))
    assert comparer.pairs(np.array([0]), np.array([1])).tolist() == [0]


@pytest.mark.skipif("GEMEL_DATA" not in os.environ, reason="needs the original archives")
def test_gunpoint_as_published():
    from gemel.data import open_data

    data = open_data("gunpoint")
    items = [np.asarray(data.items.raw(index)) for index in range(len(data))]
    test, train = np.flatnonzero(data.split == 2), np.flatnonzero(data.split != 2)
    distance = DtwComparer(padded(items)).cross(test, train)
    right = data.labels[train][distance.argmin(1)] == data.labels[test]
    # The archive's own figure for one nearest neighbour without a window: error 0.0933.
    assert 1 - right.mean() == pytest.approx(0.0933, abs=1e-4)
