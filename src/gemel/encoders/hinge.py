"""Hinges: how the strokes of a drawing go on from each of its points, an encoder for hands.

Every point of ink looks around on circles: is there ink at radius r in direction i? Of all points,
how many see ink in the directions i and j at once tells how wide strokes are, how they slant, bend
and shake; these shares, of all pairs of directions and radii, are the features:

    F_c(i, j) = sum_p w_c(p) I(p + s_i) I(p + s_j) / sum_p w_c(p),      p the points of ink

w_c is one for the whole drawing, or a bell over a cell of it: cells lie between equal shares of the
ink, not between pixels, so neither where a drawing stands nor how large its frame is decides which
part is compared with which. A far circle looks for thicker ink, as no hand hits a point twice.
Each block of circles is whitened within labels, once, before the first step (see
`functional/whitening.py`), and the blocks are brought to one length: on cosines they add up. A
square layer behind them starts as the identity, and is all that a training with forgeries turns.

Bulacu & Schomaker, "Text-Independent Writer Identification and Verification Using Textural and
Allographic Features", IEEE TPAMI 29, 2007 (the contour-hinge: the directions of both legs of a
contour at a point, counted jointly).
Differs from the paper: ink on circles in place of traced contours, several radii, and cells.
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
"""Ink with fewer points of ink than this in the square of so many pixels around it is dust."""
THICKER = 8
"""For every so many pixels of radius, ink that is looked for is thicker by one on each side."""
GOLDEN = (5**0.5 - 1) / 2
TINY = 1e-8
"""The least that is divided by or rooted. A limit and not a summand: exporters take adding it for
adding nothing, and a picture without ink then has no embedding."""


class Points(NamedTuple):
    """(n, points) where points of ink are, 1 or 0 for a place that only fills up, and the share of
    the ink that lies to their left and above them."""

    row: Tensor
    column: Tensor
    ink: Tensor
    across: Tensor
    down: Tensor


@final
class HingeEncoder(WhitenedEncoder):
    """Blocks of `radii` in pixels, each with (columns, rows) of `cells`; pictures of dark on light
    or of light on dark.

    At most `points` of a picture's ink are looked at, and `axes` numbers are kept of each block.
    `dropout` is in front of the square layer. Raises `RecipeError` where there are not as many
    `cells` as `radii`.

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
                f"every block of circles has its cells, got {len(radii)} lists in encoder.radii "
                f"and {len(cells)} in encoder.cells: give as many"
            )
        self.input_shape = input_shape
        self.radii, self.cells, self.directions = radii, cells, directions
        self.shrinkage, self.points = shrinkage, points
        self.register_buffer("order", _strewn(input_shape[1] * input_shape[2]), persistent=False)
        self.standardise = Standardise(statistics)
        self.blocks = nn.ModuleList(
            FixedLinear(columns * rows * _pairs(len(block) * directions), axes)
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
        """The square roots of each block's shares: a share's noise grows with its root."""
        ink = _ink(self.standardise(items).mean(1, keepdim=True))
        points = _points(ink, self.order, self.points)
        return [
            self._block(ink, points, radii, cells)
            for radii, cells in zip(self.radii, self.cells, strict=True)
        ]

    def _block(
        self, ink: Images, points: Points, radii: Sequence[int], cells: tuple[int, int]
    ) -> Float[Tensor, "n 1 d"]:
        seen = torch.cat([_seen(ink, points, radius, self.directions) for radius in radii], 1)
        first, second = torch.triu_indices(seen.shape[1], seen.shape[1])
        across, down = bell(points.across, cells[0]), bell(points.down, cells[1])
        weight = (down[:, :, None] * across[:, None]).flatten(1, 2) * points.ink[:, None]
        # All cells in one product: (cells * circles, points) by (points, circles).
        weighted = (weight[:, :, None] * seen[:, None]).flatten(1, 2)
        counts = weighted @ seen.transpose(1, 2)
        counts = counts.reshape(ink.shape[0], weight.shape[1], seen.shape[1], seen.shape[1])
        shares = counts[:, :, first, second] / weight.sum(-1, keepdim=True).clamp(min=TINY)
        roots: Tensor = shares.flatten(1).clamp(min=TINY).sqrt()
        return roots[:, None]


def _ink(pictures: Images) -> Images:
    """1 where there is ink: on the rarer side of half-way between dark and light, no dust."""
    middle = (pictures.amax((2, 3), keepdim=True) + pictures.amin((2, 3), keepdim=True)) / 2
    dark = (pictures < middle).to(pictures.dtype)
    light = (pictures > middle).to(pictures.dtype)
    fewer = (dark.sum((2, 3), keepdim=True) <= light.sum((2, 3), keepdim=True)).to(pictures.dtype)
    ink = fewer * dark + (1 - fewer) * light
    near = F.avg_pool2d(ink, AROUND, 1, AROUND // 2) * AROUND**2
    return ink * (near > SPECK - 0.5).to(ink.dtype)


def _strewn(pixels: int) -> Float[Tensor, " pixels"]:
    """Numbers from 0 to 1/2 whose order takes pixels from all over: multiples of the golden ratio,
    modulo 1. Made once, since an exported network reckons them otherwise."""
    return (torch.arange(pixels, dtype=torch.float64) * GOLDEN).frac().float() / 2


def _points(ink: Images, order: Float[Tensor, " pixels"], most: int) -> Points:
    """All points of ink, or the `most` that are last in `order`; places without ink fill up."""
    width = ink.shape[-1]
    chosen = (ink.flatten(1) + order).topk(min(most, len(order)), 1).indices
    row = torch.div(chosen, width, rounding_mode="floor")
    column = chosen - row * width
    across, down = _share_before(ink.sum((1, 2))), _share_before(ink.sum((1, 3)))
    return Points(
        row=row,
        column=column,
        ink=ink.flatten(1).gather(1, chosen),
        across=across.gather(1, column),
        down=down.gather(1, row),
    )


def _share_before(counts: Float[Tensor, "n side"]) -> Float[Tensor, "n side"]:
    """The share of the ink that lies before the middle of each column (or row), in 0–1."""
    total = counts.sum(1, keepdim=True).clamp(min=TINY)
    return (counts.cumsum(1) - counts / 2) / total


def bell(share: Float[Tensor, "n points"], cells: int) -> Float[Tensor, "n cells points"]:
    """A triangle for each cell, 1 in its middle and 0 in those of its neighbours; they add up to 1.

    >>> bell(torch.tensor([[0.0, 0.25, 1.0]]), 2).tolist()
    [[[1.0, 0.75, 0.0], [0.0, 0.25, 1.0]]]
    """
    if cells == 1:
        return torch.ones_like(share)[:, None]
    middles = torch.linspace(0, 1, cells, device=share.device)[:, None]
    return (1 - (share[:, None] - middles).abs() * (cells - 1)).relu()


def _seen(
    ink: Images, points: Points, radius: int, directions: int
) -> Float[Tensor, "n directions points"]:
    """Whether each point has ink at this radius in each of the directions around it."""
    padded = F.pad(_thick(ink, radius // THICKER), (radius,) * 4)
    width = padded.shape[-1]
    centre = (points.row + radius) * width + points.column + radius
    angles = (2 * pi * number / directions for number in range(directions))
    steps = [round(radius * sin(angle)) * width + round(radius * cos(angle)) for angle in angles]
    looked_at = centre[:, None] + torch.tensor(steps, device=ink.device)[:, None]
    found = padded.flatten(1).gather(1, looked_at.flatten(1))
    return found.reshape(ink.shape[0], directions, -1)


def _thick(ink: Images, by: int) -> Images:
    """Ink and all that is within a square of `by` pixels each way; along one side, then the other:
    a fraction of the time."""
    if not by:
        return ink
    side = 2 * by + 1
    return F.max_pool2d(F.max_pool2d(ink, (1, side), 1, (0, by)), (side, 1), 1, (by, 0))


def _pairs(directions: int) -> int:
    return directions * (directions + 1) // 2
