"""What `auto` proposes for data of every size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gemel.errors import ItemError
from gemel.inputs import propose, propose_image_input
from gemel.inputs.propose import proposed_size


@pytest.mark.parametrize(
    ("size", "proposed"),
    [
        ((8, 8), (8, 8)),
        ((28, 28), (28, 28)),
        ((20, 33), (20, 33)),
        ((105, 105), (64, 64)),
        ((256, 256), (64, 64)),
        # 92 × 112, aspect 0.82: among multiples of 8 within 4096, 56 × 72 = 4032 (0.78) is nearest.
        ((92, 112), (56, 72)),
        # 3 : 2: 72 × 48 = 3456 has the very aspect.
        ((3000, 2000), (72, 48)),
        ((100_000, 10), (512, 8)),
    ],
)
def test_the_size_by_hand(size, proposed):
    assert proposed_size([size] * 3, 64 * 64) == proposed


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), min_size=1, max_size=9),
    st.sampled_from([32 * 32, 64 * 64, 96 * 96]),
)
def test_the_area_keeps_within_its_bound(sizes, most_pixels):
    width, height = proposed_size(sizes, most_pixels)
    # A rounded side of a small picture may carry the area a little over; a reduced one never.
    assert width * height <= most_pixels + width + height


def test_one_coloured_picture_makes_it_colour():
    grey = np.full((9, 9, 3), 80, np.uint8)
    red = grey.copy()
    red[0, 0, 0] = 255
    assert propose_image_input([grey, grey]).channels == 1
    assert propose_image_input([grey, red]).channels == 3


def test_once_a_picture_is_coloured_photographs_are_not_decoded(monkeypatch, tmp_path):
    photos = [tmp_path / f"{n}.jpg" for n in range(5)]
    for photo in photos:
        Image.new("RGB", (60, 40), "red").save(photo)
    decoded = []
    decode = propose.decode
    monkeypatch.setattr(propose, "decode", lambda raw: (decoded.append(raw), decode(raw))[1])

    assert propose_image_input(photos, 24 * 16).shape == (3, 16, 24)
    assert decoded == photos[:1]


def test_unreadable_pictures_are_passed_over_unless_there_is_nothing_else():
    assert propose_image_input([b"rubbish", np.zeros((9, 9), np.uint8)]).shape == (1, 9, 9)
    with pytest.raises(ItemError, match="not a picture"):
        propose_image_input([b"rubbish"])
    with pytest.raises(ItemError, match="no picture"):
        propose_image_input([])
