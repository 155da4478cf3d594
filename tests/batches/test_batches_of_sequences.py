"""Sequences have as many labels as they say, or are refused."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.batches import LabelIndex, Sequences
from gemel.errors import DataError


@pytest.mark.parametrize(
    ("ways", "groups", "many"),
    [
        (6, None, 5),
        # Three labels of each of two groups, and the second group has one.
        (5, 2, 4),
    ],
)
def test_more_labels_than_there_are_to_draw_are_refused(ways, groups, many):
    index = LabelIndex(np.arange(20), np.repeat(np.arange(5), 4), np.repeat([0, 0, 0, 0, 1], 4))
    sentence = rf"items of {ways} labels, but only {many} can .*set batch\.ways"
    with pytest.raises(DataError, match=sentence):
        Sequences(index, ways=ways, items=2, groups=groups)
    assert Sequences(index, ways=5, items=2).ways == 5
