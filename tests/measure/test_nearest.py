"""The archive's protocol: by hand on distances that are given."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np

from gemel.data import SplitConfig, open_data
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.inputs import ImageInput
from gemel.matcher import Matcher
from gemel.measure.nearest import draw_some, few, named_rightly, nearest
from gemel.measure.packed import Readers
from gemel.measure.prepared import prepare
from gemel.progress import Silent


def test_with_five_examples_or_fewer_nothing_is_drawn():
    # Items 0, 1 are of label 0, items 2, 3, 4 of label 1: all are taken, whatever the draw.
    distance = np.array([[1, 9, 5, 5, 5], [9, 9, 9, 9, 2], [9, 3, 9, 9, 4.0]])
    labels, truth = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1])
    assert few(distance, labels, truth, draw_some(labels, seed=0)).tolist() == [1, 1, 0]


def test_of_more_examples_five_are_drawn():
    # Label 0 has ten items of which one is near: it is among the five drawn about half the time.
    distance = np.tile(np.array([[1.0, *[9.0] * 9, 5.0]]), (400, 1))
    labels, truth = np.array([0] * 10 + [1]), np.zeros(400, int)
    right = few(distance, labels, truth, draw_some(labels, seed=0))
    assert np.ptp(right) < 1e-9
    assert 0 < right[0] < 1


def test_a_constant_network_names_nothing():
    labels = np.repeat(np.arange(3), 10)
    distance = np.zeros((30, 30), np.float32)
    assert not named_rightly(distance, labels, labels).any()
    assert not few(distance, labels, labels, draw_some(labels, seed=0)).any()


def test_items_named_part_by_part_are_named_as_all_at_once(drawings, monkeypatch):
    grey = ImageInput(height=12, width=12, channels=1)
    config = SplitConfig(by="item")
    prepared = prepare(open_data(drawings), Readers(grey, grey), config, 0, Silent())
    spots = np.random.default_rng(0).random((72, 1), np.float32)
    comparer = EmbeddingComparer(spots, lambda a, b: np.abs(a - b.transpose(0, 2, 1)))
    monkeypatch.setattr("gemel.measure.nearest.comparer_of", lambda *_: comparer)
    matcher = Mock(spec=Matcher, networks=None)
    whole = nearest(matcher, prepared, 0, Silent())
    monkeypatch.setattr("gemel.measure.nearest.CHUNK_FLOATS", 150)
    assert nearest(matcher, prepared, 0, Silent()).tree() == whole.tree()
