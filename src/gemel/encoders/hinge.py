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
from math import cos, pi, sin
from typing import NamedTuple, final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.encoders.fixed_linear import FixedLinear
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.encoders.whitened import WhitenedEncoder
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images

SPECK, AROUND = 8, 9
"""Ink pixels with fewer than `SPECK` ink pixels in the `AROUND` x `AROUND` square around them are
removed as dust."""
RADIUS_PER_DILATION = 8
"""Ink is dilated by one pixel on each side for every so many pixels of radius."""
GOLDEN = (5**0.5 - 1) / 2
TINY = 1e-8
"""Lower bound of denominators and radicands. Clamped to, not added: exporters drop the addition of
so small a number, and pictures without ink would have NaN embeddings."""


class Points(NamedTuple):
    """Sampled pixels of n pictures, all (n, points)."""

    row: Tensor
    column: Tensor
    ink: Tensor
    """1 for an ink pixel, 0 for a filler where a picture has too few."""
    across: Tensor
    """The share of the ink to the left of the pixel, in 0–1."""
    down: Tensor
    """The share of the ink above the pixel, in 0–1."""


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
        order = _scattered_order(input_shape[1] * input_shape[2])
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
        ink = _ink_mask(self.standardise(items).mean(1, keepdim=True))
        points = _sample_ink(ink, self.order, self.points)
        return [
            self._block(ink, points, radii, cells)
            for radii, cells in zip(self.radii, self.cells, strict=True)
        ]

    def _block(
        self, ink: Images, points: Points, radii: Sequence[int], cells: tuple[int, int]
    ) -> Float[Tensor, "n 1 d"]:
        seen = torch.cat([_ink_around(ink, points, radius, self.directions) for radius in radii], 1)
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


def _ink_mask(pictures: Images) -> Images:
    """1 for ink: the rarer side of the threshold midway between dark and light, without dust."""
    middle = (pictures.amax((2, 3), keepdim=True) + pictures.amin((2, 3), keepdim=True)) / 2
    dark = (pictures < middle).to(pictures.dtype)
    light = (pictures > middle).to(pictures.dtype)
    fewer = (dark.sum((2, 3), keepdim=True) <= light.sum((2, 3), keepdim=True)).to(pictures.dtype)
    ink = fewer * dark + (1 - fewer) * light
    near = F.avg_pool2d(ink, AROUND, 1, AROUND // 2) * AROUND**2
    return ink * (near > SPECK - 0.5).to(ink.dtype)


def _scattered_order(pixels: int) -> Float[Tensor, " pixels"]:
    """Sort keys in 0–1/2 that scatter over the picture: multiples of the golden ratio, modulo 1.

    Computed once and stored: an exported network would compute slightly different numbers.
    """
    return (torch.arange(pixels, dtype=torch.float64) * GOLDEN).frac().float() / 2


def _sample_ink(ink: Images, order: Float[Tensor, " pixels"], limit: int) -> Points:
    """All ink pixels, or the `limit` with the largest keys in `order`, padded with blank pixels."""
    width = ink.shape[-1]
    chosen = (ink.flatten(1) + order).topk(min(limit, len(order)), 1).indices
    row = torch.div(chosen, width, rounding_mode="floor")
    column = chosen - row * width
    across, down = _ink_quantiles(ink.sum((1, 2))), _ink_quantiles(ink.sum((1, 3)))
    return Points(
        row=row,
        column=column,
        ink=ink.flatten(1).gather(1, chosen),
        across=across.gather(1, column),
        down=down.gather(1, row),
    )


def _ink_quantiles(counts: Float[Tensor, "n side"]) -> Float[Tensor, "n side"]:
    """The share of the ink before the middle of each column (or row), in 0–1, from its counts."""
    total = counts.sum(1, keepdim=True).clamp(min=TINY)
    return (counts.cumsum(1) - counts / 2) / total


def bell(share: Float[Tensor, "n points"], cells: int) -> Float[Tensor, "n cells points"]:
    """Triangular weights of each cell, 1 at its centre, 0 at its neighbours'; they sum to 1.

    >>> bell(torch.tensor([[0.0, 0.25, 1.0]]), 2).tolist()
    [[[1.0, 0.75, 0.0], [0.0, 0.25, 1.0]]]
    """
    if cells == 1:
        return torch.ones_like(share)[:, None]
    middles = torch.linspace(0, 1, cells, device=share.device)[:, None]
    return (1 - (share[:, None] - middles).abs() * (cells - 1)).relu()


def _ink_around(
    ink: Images, points: Points, radius: int, directions: int
) -> Float[Tensor, "n directions points"]:
    """1 where there is ink at `radius` from each point, in each direction."""
    padded = F.pad(_dilated(ink, radius // RADIUS_PER_DILATION), (radius,) * 4)
    width = padded.shape[-1]
    centre = (points.row + radius) * width + points.column + radius
    angles = (2 * pi * number / directions for number in range(directions))
    offsets = [round(radius * sin(angle)) * width + round(radius * cos(angle)) for angle in angles]
    targets = centre[:, None] + torch.tensor(offsets, device=ink.device)[:, None]
    found = padded.flatten(1).gather(1, targets.flatten(1))
    return found.reshape(ink.shape[0], directions, -1)


def _dilated(ink: Images, by: int) -> Images:
    """Ink dilated by `by` pixels on each side; a separable max pooling, which is much faster."""
    if not by:
        return ink
    side = 2 * by + 1
    return F.max_pool2d(F.max_pool2d(ink, (1, side), 1, (0, by)), (side, 1), 1, (by, 0))


def _pair_count(offsets: int) -> int:
    """Unordered pairs of offsets, each with itself included."""
    return offsets * (offsets + 1) // 2
