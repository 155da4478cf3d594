"""The encoder that draws: a pen trace is painted onto a small canvas, and looked at as a picture.

    canvas_k(u, v) = 1 - exp( - sum_t s_k(f_t) * N(u - u_t) * N(v - v_t) )

(u_t, v_t) is where the pen is at sample t, N a bump of about a cell's width, and s_k, a sigmoid of
a linear layer, how much of colour k a sample leaves there by what else is known of it (whether the
pen is down, which way it goes). The canvas is a smooth function of the trace; the encoder `local`
reads it, so a trace and a picture have maps alike, which `alignment` compares place by place.

The painting is our own, after the soft rasterisation of Li et al., "Differentiable vector graphics
rasterization for editing and learning", SIGGRAPH Asia 2020, with bumps in place of exact edges.
"""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor, nn

from gemel.encoders.local import LocalEncoder
from gemel.encoders.masked import mask
from gemel.encoders.standardise import PixelStatistics
from gemel.encoders.stem import SequenceEncoder, Stem
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Frames, Images, Lengths

REACH = 2.5
"""Deviations from the middle that lie on the canvas, either way: what is beyond is at its edge."""
BRUSH = 0.8
"""The deviation of a bump, in cells."""


@final
class CanvasEncoder(SequenceEncoder):
    """The first two channels are where the pen is, around zero: x to the right, y upwards.

    `side` cells of the canvas either way, `colours` painted, `width` and `descriptors` as in
    `local`. Raises `RecipeError` for sequences with fewer than two channels.

    >>> from gemel.encoders import PixelStatistics, Samples
    >>> encoder = CanvasEncoder(Samples(PixelStatistics.untouched(3)), side=24)
    >>> encoder(torch.rand(2, 50, 3), torch.tensor([50, 31])).shape, encoder.map_sides
    (torch.Size([2, 576]), (3, 3))
    """

    output = "linear"

    def __init__(
        self,
        stem: Stem,
        *,
        side: int = 56,
        colours: int = 4,
        width: int = 32,
        descriptors: int = 64,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(stem)
        if stem.width < 2:
            raise RecipeError(
                "canvas paints x and y, the first two channels of a trace, and got one channel: "
                "set input.channels, or use the encoder resnet1d"
            )
        self.colours = nn.Linear(stem.width, colours)
        self.look = LocalEncoder(
            (colours, side, side),
            PixelStatistics.untouched(colours),
            width=width,
            descriptors=descriptors,
            dropout=dropout,
        )
        self.side = side
        self.map_sides = self.look.map_sides
        self.embedding_size = self.look.embedding_size

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        embeddings: Embeddings = self.look(self.painted(self.stem(values), lengths))
        return embeddings

    def painted(self, frames: Frames, lengths: Lengths) -> Images:
        """(n, colours, side, side) the canvases, 0 where nothing is and 1 where much is."""
        amounts = self.colours(frames).sigmoid() * mask(frames, lengths)
        across, up = self._bumps(frames[..., 0]), self._bumps(-frames[..., 1])
        rows = (amounts.unsqueeze(-1) * up.unsqueeze(2)).flatten(2)
        ink = rows.transpose(1, 2) @ across
        canvas: Images = 1 - (-ink.unflatten(1, (-1, self.side))).exp()
        return canvas

    def _bumps(self, places: Tensor) -> Tensor:
        """(n, t, side) how much of a sample falls on each row or column of cells."""
        centre = (places.clamp(-REACH, REACH) / REACH + 1) / 2 * (self.side - 1)
        cells = torch.arange(self.side, device=places.device, dtype=places.dtype)
        return (-((cells - centre.unsqueeze(-1)) / BRUSH).square() / 2).exp()
