"""The Gabor encoder: its views, its wavelets, and what may be asked of it."""

from __future__ import annotations

import pytest
import torch

from gemel.encoders import ENCODERS, PixelStatistics
from gemel.encoders.gabor import GaborEncoder
from gemel.encoders.wavelets import Wavelets
from gemel.errors import RecipeError
from gemel.metrics import METRICS

PLAIN = PixelStatistics.untouched(1)


def made(**settings):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ENCODERS["gabor"]((1, 32, 28), PLAIN, **settings).eval()


def picture(seed=0):
    coarse = torch.rand(1, 1, 8, 7, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse, (32, 28), mode="bicubic").clamp(0, 1)


def test_views_are_three_scales_by_nine_places_by_two():
    assert made().map_size == (54, 1)
    assert made(shift=0).map_size == (6, 1)
    assert made(shift=0, mirror=False, scales=(1.0,)).map_size == (1, 1)


def test_the_first_view_is_the_picture_as_it_stands():
    every, alone = made(), made(shift=0, mirror=False, scales=(1.0,))
    interior = torch.zeros(1, 1, 32, 28)
    interior[:, :, 4:-4, 4:-4] = picture()[:, :, 4:-4, 4:-4]
    # Standardised over a frame that is wider by the shifts: alike but for one factor.
    first, expected = every.features(interior)[:, 0], alone.features(interior)[:, 0]
    cosine = torch.nn.functional.cosine_similarity(first, expected)
    assert cosine.item() > 0.999


def test_the_view_that_is_mirrored_is_that_of_the_mirrored_picture():
    encoder = made(shift=0, scales=(1.0,))
    own, mirrored = encoder.features(picture()), encoder.features(picture().flip(-1))
    torch.testing.assert_close(own.flip(1), mirrored, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("moved", [(2, 0), (-2, 2), (0, -2)])
def test_a_moved_or_mirrored_picture_is_met_by_a_view(moved):
    encoder = made()
    metric = METRICS["views"](encoder.embedding_size, encoder.map_size)
    one = torch.zeros(1, 1, 32, 28)
    one[:, :, 6:-6, 6:-6] = picture()[:, :, 6:-6, 6:-6]
    other, stranger = one.roll(moved, (2, 3)), torch.zeros(1, 1, 32, 28)
    stranger[:, :, 6:-6, 6:-6] = picture(1)[:, :, 6:-6, 6:-6]
    with torch.inference_mode():
        a, b, c, m = (encoder(x)[None] for x in (one, other, stranger, one.flip(-1)))
    assert metric(a, b).item() < 0.05 * metric(a, c).item()
    assert metric(a, m).item() < 0.05 * metric(a, c).item()


def test_wavelets_answer_most_to_stripes_of_their_own_direction_and_length():
    wavelets = Wavelets(8.0, 4)
    x = torch.arange(40.0)
    upright = torch.sin(2 * torch.pi * x / 8).expand(1, 1, 40, 40)
    assert wavelets(upright)[0, :, 20, 20].argmax() == 0
    assert wavelets(upright.transpose(2, 3))[0, :, 20, 20].argmax() == 2
    assert Wavelets(20.0, 4)(upright)[0, 0, 20, 20] < 0.7 * wavelets(upright)[0, 0, 20, 20]


def test_wavelets_do_not_see_how_bright_a_picture_is():
    bright = Wavelets(8.0, 4)(torch.full((1, 1, 30, 30), 0.9))
    torch.testing.assert_close(bright, torch.full_like(bright, 1e-6**0.25), atol=2e-3, rtol=0)


def test_scales_that_do_not_begin_with_the_picture_itself_are_refused():
    with pytest.raises(RecipeError, match=r"encoder.scales must begin with 1, got \[0.9, 1.0\]"):
        made(scales=(0.9, 1.0))


def test_a_picture_smaller_than_a_cell_is_refused():
    with pytest.raises(RecipeError, match="one cell of 40 pixels, got 32x28"):
        made(cell=40)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"wavelengths": (0.5,)}, "wavelengths must be from 2 to"),
        ({"wavelengths": (1e30,)}, "wavelengths must be from 2 to"),
        ({"scales": (1.0, 0.04)}, "scales must lie between 0.25 and 4"),
    ],
)
def test_wavelets_and_views_that_no_picture_has_are_refused(values, sentence):
    with pytest.raises(RecipeError, match=sentence):
        GaborEncoder((1, 16, 16), PixelStatistics.untouched(1), cell=6, **values)
