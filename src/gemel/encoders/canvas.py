"""Canvas encoder: rasterises a pen trace differentiably and encodes the result as a picture.

    canvas_k(u, v) = 1 - exp( - sum_t s_k(f_t) * N(u - u_t) * N(v - v_t) )

(u_t, v_t) is the pen position at sample t and N a Gaussian about one cell wide. s_k, a sigmoid of a
linear layer, is the amount of colour k that a sample deposits given its channels f_t (pen up or
down, direction, …). The canvas is smooth in the trace. The encoder `local` reads it, so traces and
pictures yield maps of the same form, which the metric `alignment` compares place by place.

Our own variant of the soft rasterisation of Li et al., "Differentiable vector graphics
rasterization for editing and learning", SIGGRAPH Asia 2020, with Gaussians in place of exact edges.
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
"""Half-width of the canvas in units of the standardised coordinates; positions beyond are clamped
to the edge."""
BRUSH = 0.8
"""Standard deviation of the Gaussian brush, in cells."""


@final
class CanvasEncoder(SequenceEncoder):
    """Draws on a canvas of `side` x `side` cells with `colours` channels, read by `local`.

    The first two channels of a sample are the pen position around zero, x to the right and y
    upwards. `width` and `descriptors` are those of `local`. Raises `RecipeError` for sequences with
    fewer than two channels.

    >>> from gemel.encoders import PixelStatistics, Samples
    >>> encoder = CanvasEncoder(Samples(PixelStatistics.untouched(3)), side=24)
    >>> encoder(torch.rand(2, 50, 3), torch.tensor([50, 31])).shape, encoder.map_size
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
        self.map_size = self.look.map_size
        self.embedding_size = self.look.embedding_size

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        embeddings: Embeddings = self.look(self.painted(self.stem(values), lengths))
        return embeddings

    def painted(self, frames: Frames, lengths: Lengths) -> Images:
        """(n, colours, side, side) canvases in 0–1; 0 is blank."""
        amounts = self.colours(frames).sigmoid() * mask(frames, lengths)
        across, down = self._brush(frames[..., 0]), self._brush(-frames[..., 1])
        rows = (amounts.unsqueeze(-1) * down.unsqueeze(2)).flatten(2)
        ink = rows.transpose(1, 2) @ across
        canvas: Images = 1 - (-ink.unflatten(1, (-1, self.side))).exp()
        return canvas

    def _brush(self, positions: Tensor) -> Tensor:
        """(n, t) positions to (n, t, side) Gaussian weights over the cells of one axis."""
        centre = (positions.clamp(-REACH, REACH) / REACH + 1) / 2 * (self.side - 1)
        cells = torch.arange(self.side, device=positions.device, dtype=positions.dtype)
        return (-((cells - centre.unsqueeze(-1)) / BRUSH).square() / 2).exp()
