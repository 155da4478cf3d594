"""The ink of drawings: which pixels are ink, a sample of them, and what is around each."""

from __future__ import annotations

from math import cos, pi, sin
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gemel.shapes import Images

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


def ink_mask(pictures: Images) -> Images:
    """1 for ink: the rarer side of the threshold midway between dark and light, without dust."""
    middle = (pictures.amax((2, 3), keepdim=True) + pictures.amin((2, 3), keepdim=True)) / 2
    dark = (pictures < middle).to(pictures.dtype)
    light = (pictures > middle).to(pictures.dtype)
    darkness_is_rarer = dark.sum((2, 3), keepdim=True) <= light.sum((2, 3), keepdim=True)
    ink = torch.where(darkness_is_rarer, dark, light)
    near = F.avg_pool2d(ink, AROUND, 1, AROUND // 2) * AROUND**2
    return ink * (near > SPECK - 0.5).to(ink.dtype)


def scattered_order(pixels: int) -> Float[Tensor, " pixels"]:
    """Sort keys in 0–1/2 that scatter over the picture: multiples of the golden ratio, modulo 1.

    Computed once and stored: an exported network would compute slightly different numbers.
    """
    return (torch.arange(pixels, dtype=torch.float64) * GOLDEN).frac().float() / 2


def sample_ink(ink: Images, order: Float[Tensor, " pixels"], limit: int) -> Points:
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


def ink_around(
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
