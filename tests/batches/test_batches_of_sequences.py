"""Sequences have as many labels as they say, or are refused."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.batches import LabelIndex, Sequences
from gemel.errors import DataError


@pytest.mark.parametrize("groups", [None, 2])
def test_more_labels_than_there_are_are_refused(groups):
    index = LabelIndex(np.arange(20), np.repeat(np.arange(5), 4), np.repeat([0, 0, 0, 0, 1], 4))
    with pytest.raises(DataError, match=r"items of 6 labels, but .* only 5: set batch\.ways"):
        Sequences(index, ways=6, items=2, groups=groups)
    assert Sequences(index, ways=5, items=2, groups=groups).ways == 5
