"""The map of embeddings: tiles that overlap are pushed apart."""

from __future__ import annotations

import numpy as np

from gemel.report.layout import MARGIN, ROUNDS, SHEET_RATIO, TILE, _spread


def test_tiles_are_pushed_as_one_after_the_other_would_be():
    spots = np.random.default_rng(0).random((12, 2)) * 0.05
    spread = _spread(spots)

    tile = np.array([TILE, TILE * SHEET_RATIO])
    spots = MARGIN + (100 - 2 * MARGIN) * spots
    for _ in range(ROUNDS):
        moved = spots.copy()
        for i, one in enumerate(spots):
            for other in spots:
                offset = (one - other) / tile
                distance = np.hypot(*offset)
                moved[i] += 0.25 * offset * max(0, 1 - distance) / max(distance, 1e-6) * tile
        spots = np.clip(moved, TILE, 100 - TILE)
    np.testing.assert_allclose(spread, spots, atol=1e-9)
