"""Hinge encoder: joint statistics of stroke directions around each ink pixel, for handwriting.

For each ink pixel p, I(p + s_i) tells whether there is ink at one of several radii and directions.
The share of pixels with ink at both offsets s_i and s_j reflects the width, slant, curvature and
tremor of the strokes. These shares, for all pairs of offsets, are the features:

    F_c(i, j) = sum_p w_c(p) I(p + s_i) I(p + s_j) / sum_p w_c(p),      p the ink pixels

w_c is 1 for the whole drawing, or a triangular weight around cell c. Cells divide the drawing by
equal shares of its ink, not by pixels, so they depend neither on its position nor on the size of
its frame. Larger radii look for dilated ink, to tolerate variation between repetitions.
Features come in blocks, each with its own radii and cells. Each block is whitened within classes,
once, before the first step (see `functional/whitening.py`), and scaled to unit length, so that the
cosines of the blocks add up. A square layer follows that is initialised as the identity; it is the
only one that training changes.

Bulacu & Schomaker, "Text-Independent Writer Identification and Verification Using Textural and
Allographic Features", IEEE TPAMI 29, 2007 (the contour-hinge: the directions of both legs of a
contour at a point, counted jointly).
Differs from the paper: ink on circles in place of traced contours; several radii; cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.encoders.fixed_linear import FixedLinear
from gemel.encoders.ink_points import (
    TINY,
    Points,
    ink_around,
    ink_mask,
    sample_ink,
    scattered_order,
)
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.encoders.whitened import WhitenedEncoder
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images


@final
class HingeEncoder(WhitenedEncoder):
    """Concatenated blocks of features, each of its own `radii` (in pixels) and `cells`.

    Pictures may be dark on light or light on dark. `cells` are (columns, rows). At most `points`
    ink pixels of a picture are used; the whitening of each block keeps `axes` dimensions. `dropout`
    precedes the square layer. Raises `RecipeError` if `radii` and `cells` differ in length.

    >>> encoder = HingeEncoder((1, 60, 80), PixelStatistics.untouched(1), axes=20)
    >>> encoder(torch.rand(2, 1, 60, 80)).shape
    torch.Size([2, 100])
    """

    output = "unit"
    by_axes = True
    order: Float[Tensor, " pixels"]

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        radii: Sequence[Sequence[int]] = ((2, 4, 7), (2, 7), (4, 11), (3, 9, 15), (13, 20, 28)),
        cells: Sequence[tuple[int, int]] = ((1, 1), (4, 2), (4, 2), (6, 2), (3, 2)),
        directions: int = 8,
        shrinkage: float = 0.2,
        axes: int = 400,
        points: int = 4096,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if len(radii) != len(cells):
            raise RecipeError(
                f"every block needs its radii and its cells, got {len(radii)} lists in "
                f"encoder.radii and {len(cells)} in encoder.cells: give as many of each"
            )
        self.input_shape = input_shape
        self.radii, self.cells, self.directions = radii, cells, directions
        self.shrinkage, self.points = shrinkage, points
        order = scattered_order(input_shape[1] * input_shape[2])
        self.register_buffer("order", order, persistent=False)
        self.standardise = Standardise(statistics)
        self.blocks = nn.ModuleList(
            FixedLinear(columns * rows * _pair_count(len(block) * directions), axes)
            for block, (columns, rows) in zip(radii, cells, strict=True)
        )
        self.embedding_size = len(radii) * axes
        self.dropout = nn.Dropout(dropout)
        self.turned = nn.Linear(self.embedding_size, self.embedding_size, bias=False)
        nn.init.eye_(self.turned.weight)

    def forward(self, items: Images) -> Embeddings:
        described = zip(self.whitenings(), self.described(items), strict=True)
        unit = [F.normalize(layer(block[:, 0]), dim=-1) for layer, block in described]
        embeddings: Embeddings = F.normalize(self.turned(self.dropout(torch.cat(unit, -1))), dim=-1)
        return embeddings

    def whitenings(self) -> Sequence[FixedLinear]:
        return [layer for layer in self.blocks if isinstance(layer, FixedLinear)]

    def described(self, items: Images) -> list[Float[Tensor, "n 1 d"]]:
        """The square roots of each block's shares; rooting stabilises the variance of a share."""
        ink = ink_mask(self.standardise(items).mean(1, keepdim=True))
        points = sample_ink(ink, self.order, self.points)
        return [
            self._block(ink, points, radii, cells)
            for radii, cells in zip(self.radii, self.cells, strict=True)
        ]

    def _block(
        self, ink: Images, points: Points, radii: Sequence[int], cells: tuple[int, int]
    ) -> Float[Tensor, "n 1 d"]:
        seen = torch.cat([ink_around(ink, points, radius, self.directions) for radius in radii], 1)
        first, second = torch.triu_indices(seen.shape[1], seen.shape[1])
        across, down = bell(points.across, cells[0]), bell(points.down, cells[1])
        weight = (down[:, :, None] * across[:, None]).flatten(1, 2) * points.ink[:, None]
        # All cells in one product: (cells * offsets, points) by (points, offsets).
        weighted = (weight[:, :, None] * seen[:, None]).flatten(1, 2)
        counts = weighted @ seen.transpose(1, 2)
        counts = counts.reshape(ink.shape[0], weight.shape[1], seen.shape[1], seen.shape[1])
        shares = counts[:, :, first, second] / weight.sum(-1, keepdim=True).clamp(min=TINY)
        roots: Tensor = shares.flatten(1).clamp(min=TINY).sqrt()
        return roots[:, None]


def bell(share: Float[Tensor, "n points"], cells: int) -> Float[Tensor, "n cells points"]:
    """Triangular weights of each cell, 1 at its centre, 0 at its neighbours'; they sum to 1.

    >>> bell(torch.tensor([[0.0, 0.25, 1.0]]), 2).tolist()
    [[[1.0, 0.75, 0.0], [0.0, 0.25, 1.0]]]
    """
    middles = torch.linspace(0, 1, cells, device=share.device)[:, None]
    return (1 - (share[:, None] - middles).abs() * (cells - 1)).relu()


def _pair_count(offsets: int) -> int:
    """Unordered pairs of offsets, each with itself included."""
    return offsets * (offsets + 1) // 2
