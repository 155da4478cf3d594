"""Items named by the nearest: by hand, on distances that are given."""

from __future__ import annotations

import numpy as np

from gemel.evaluation.nearest import correct_by_nearest, correct_by_shots, draw_shots


def test_with_five_examples_or_fewer_nothing_is_drawn():
    # Items 0, 1 are of label 0, items 2, 3, 4 of label 1: all are taken, whatever the draw.
    distance = np.array([[1, 9, 5, 5, 5], [9, 9, 9, 9, 2], [9, 3, 9, 9, 4.0]])
    labels, truth = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1])
    assert correct_by_shots(distance, labels, truth, draw_shots(labels, seed=0)).tolist() == [
        1,
        1,
        0,
    ]


def test_of_more_examples_five_are_drawn():
    # Label 0 has ten items of which one is near: it is among the five drawn about half the time.
    distance = np.tile(np.array([[1.0, *[9.0] * 9, 5.0]]), (400, 1))
    labels, truth = np.array([0] * 10 + [1]), np.zeros(400, int)
    right = correct_by_shots(distance, labels, truth, draw_shots(labels, seed=0))
    assert np.ptp(right) < 1e-9
    assert 0 < right[0] < 1


def test_a_constant_network_names_nothing():
    labels = np.repeat(np.arange(3), 10)
    distance = np.zeros((30, 30), np.float32)
    assert not correct_by_nearest(distance, labels, labels).any()
    assert not correct_by_shots(distance, labels, labels, draw_shots(labels, seed=0)).any()
