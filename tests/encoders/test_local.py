"""Maps of descriptors: their sides follow from the picture's and from how often it is pooled."""

from __future__ import annotations

import pytest
import torch

from gemel.encoders import PixelStatistics
from gemel.encoders.local import LocalEncoder
from gemel.errors import RecipeError


@pytest.mark.parametrize(
    ("side", "pools", "sides"),
    [((56, 56), 2, (7, 7)), ((88, 128), 3, (5, 8)), ((63, 33), 3, (4, 2))],
)
def test_every_pooling_halves_the_map(side, pools, sides):
    encoder = LocalEncoder(
        (1, *side), PixelStatistics.untouched(1), width=2, descriptors=3, pools=pools
    )
    assert encoder.map_size == sides
    assert encoder(torch.rand(2, 1, *side)).shape == (2, 3 * sides[0] * sides[1])


def test_a_picture_too_small_for_its_poolings_is_refused():
    with pytest.raises(RecipeError, match=r"local with 3 poolings .* at least 32, got 31x40"):
        LocalEncoder((1, 31, 40), PixelStatistics.untouched(1), pools=3)
