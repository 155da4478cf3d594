"""The archive's protocol, asked of a matcher."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np

from gemel.data import SplitConfig, open_data
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.inputs import ImageInput
from gemel.matcher import Matcher
from gemel.measure.nearest import nearest
from gemel.measure.prepare import prepare
from gemel.progress import Silent


def test_items_named_part_by_part_are_named_as_all_at_once(drawings, monkeypatch):
    grey = ImageInput(height=12, width=12, channels=1)
    config = SplitConfig(by="item")
    prepared = prepare(open_data(drawings), (grey, grey), config, 0, Silent())
    spots = np.random.default_rng(0).random((72, 1), np.float32)
    comparer = EmbeddingComparer(spots, lambda a, b: np.abs(a - b.transpose(0, 2, 1)))
    monkeypatch.setattr("gemel.measure.nearest.comparer_of", lambda *_: comparer)
    matcher = Mock(spec=Matcher, networks=None)
    whole = nearest(matcher, prepared, 0, Silent())
    monkeypatch.setattr("gemel.measure.nearest.CHUNK_FLOATS", 150)
    assert nearest(matcher, prepared, 0, Silent()).tree() == whole.tree()
