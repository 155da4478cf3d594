"""What is remembered of pairs: the same either way round, and each pair of one item its own."""

from __future__ import annotations

import numpy as np

from gemel.data import Pairs
from gemel.measure.learned import pair_digests


def test_pairs_are_known_either_way_round_and_from_each_other():
    digests = np.random.default_rng(0).integers(0, 256, (4, 16)).astype(np.uint8)
    left, right = np.array([0, 1, 0, 0, 1, 2]), np.array([1, 0, 2, 0, 1, 2])
    pairs = Pairs(left, right, np.ones(6, bool), split=np.zeros(6, np.int64))
    found = pair_digests(pairs, digests)
    assert found.dtype == np.uint8
    assert (found[0] == found[1]).all()
    # Two items of a pair may be one and the same; whose it is still counts.
    assert len(np.unique(found, axis=0)) == 5
