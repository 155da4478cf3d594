"""Encoders of sequences that keep places: words in a text, and what a pen has painted."""

from __future__ import annotations

import pytest
import torch

from gemel.encoders import ENCODERS, PixelStatistics, Samples, TokenVectors
from gemel.errors import RecipeError


def samples(channels):
    return Samples(PixelStatistics.untouched(channels))


class TestContextual:
    def made(self, places):
        torch.manual_seed(0)
        stem = TokenVectors(torch.randn(9, 4))
        return ENCODERS["contextual"](stem, hidden=3, descriptors=5, places=places).eval()

    def maps(self, encoder, tokens):
        lengths = torch.tensor([len(tokens)])
        return encoder(torch.tensor([tokens]), lengths).reshape(5, *encoder.map_size[1:])

    def test_every_word_has_a_descriptor_and_what_is_behind_the_end_has_none(self):
        maps = self.maps(self.made(8), [2, 5, 3])
        assert (maps[:, :3] != 0).all()
        assert not maps[:, 3:].any()

    def test_a_descriptor_is_of_the_word_and_of_what_is_around_it(self):
        encoder = self.made(8)
        here, there = self.maps(encoder, [2, 5, 3]), self.maps(encoder, [2, 5, 4])
        assert (here[:, 0] != there[:, 0]).any()
        # The word itself has changed, not only what is around it.
        assert (here - there)[:, 2].norm() > (here - there)[:, 0].norm()

    def test_a_text_longer_than_its_places_is_read_to_its_end(self):
        encoder = self.made(2)
        here, there = self.maps(encoder, [2, 5, 3]), self.maps(encoder, [2, 5, 4])
        assert here.shape == (5, 2)
        assert (here != there).any()


class TestCanvas:
    def made(self):
        """Paints all it is given in one colour, with much ink."""
        encoder = ENCODERS["canvas"](samples(2), side=21, colours=1, width=4, descriptors=8)
        with torch.no_grad():
            encoder.colours.weight.zero_()
            encoder.colours.bias.fill_(9.0)
        return encoder.eval()

    def painted(self, *places):
        frames = torch.tensor([places])
        return self.made().painted(frames, torch.tensor([len(places)]))[0, 0]

    def test_the_pen_paints_where_it_is_and_y_points_upwards(self):
        middle = self.painted((0.0, 0.0))
        assert divmod(int(middle.argmax()), 21) == (10, 10)
        # 1.25 is half of what lies on the canvas: 5 of the 10 cells to the right, and up.
        assert divmod(int(self.painted((1.25, 1.25)).argmax()), 21) == (5, 15)

    def test_what_is_far_off_is_at_the_edge(self):
        assert divmod(int(self.painted((99.0, -99.0)).argmax()), 21) == (20, 20)

    def test_ink_grows_towards_one_and_an_empty_canvas_is_zero(self):
        once, often = self.painted((0.0, 0.0)), self.painted(*[(0.0, 0.0)] * 9)
        # One bump of height 1 leaves 1 - exp(-1).
        assert once.max().item() == pytest.approx(1 - 2.71828**-1, abs=1e-3)
        assert once.max() < often.max() <= 1
        assert once[0, 0].item() == pytest.approx(0, abs=1e-6)

    def test_a_sequence_without_places_is_refused(self):
        with pytest.raises(RecipeError, match="paints x and y"):
            ENCODERS["canvas"](samples(1))
