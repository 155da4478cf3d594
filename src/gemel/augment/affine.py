"""Random affine maps of a batch: rotation, shear, scale, shift and mirror in one matrix per item.

Koch et al. 2015, section 3.2 (affine distortions): rotation within 10 degrees, shear within 0.3,
scale within 0.8–1.2, shift within 2 pixels, each part applied with probability 0.5.
Differs from the paper: areas outside the picture are filled by repeating its border.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Literal, TypeAlias, final

import torch
from jaxtyping import Float
from torch import Tensor

Matrices: TypeAlias = Float[Tensor, "n 2 3"]


@final
@dataclass(frozen=True)
class AffineRange:
    """The range of each part of a random affine map.

    `rotation` (degrees), `shear` and `shift` (share of the side) are drawn from ±their value,
    `scale` is a factor between its bounds, and `stretch` bounds the logarithm of a factor that
    multiplies width and divides height. Each is applied with `probability`, independently.
    `axes="apart"` draws shear and scale for each axis; `"together"` shears the first axis only and
    scales both alike. `mirror` flips half of the items left to right.
    """

    rotation: float = 0.0
    shear: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)
    stretch: float = 0.0
    shift: float = 0.0
    mirror: bool = False
    axes: Literal["together", "apart"] = "together"
    probability: float = 1.0

    @property
    def moves(self) -> bool:
        """False where every map is the identity."""
        return self != AffineRange(axes=self.axes, probability=self.probability)


def composed(first: Matrices, second: Matrices) -> Matrices:
    """The composition of two maps: `first` is applied first, then `second`."""
    both = second[:, :, :2] @ first
    both[:, :, 2] += second[:, :, 2]
    return both


def draw_matrices(
    count: int, limits: AffineRange, generator: torch.Generator, aspect: float = 1.0
) -> Matrices:
    """(count, 2, 3) random maps from output to input coordinates in -1–1.

    `aspect` is width over height. It corrects for both sides having length 2 in these coordinates,
    so that a rotation is one in pixels.
    """

    def within(extent: float) -> Tensor:
        drawn = (torch.rand(count, generator=generator) * 2 - 1) * extent
        return drawn * (torch.rand(count, generator=generator) < limits.probability)

    def scaled() -> Tensor:
        low, high = limits.scale
        scale = low + (high - low) * torch.rand(count, generator=generator)
        kept = torch.rand(count, generator=generator) < limits.probability
        return torch.where(kept, scale, torch.ones(()))

    apart = limits.axes == "apart"
    scale = scaled()
    angle, shear = within(radians(limits.rotation)), within(limits.shear)
    stretch = torch.exp(within(limits.stretch))
    mirrored = limits.mirror & (torch.rand(count, generator=generator) < 0.5)
    across = torch.where(mirrored, -1.0, 1.0) * stretch / scale
    down = 1 / (stretch * (scaled() if apart else scale))
    other = within(limits.shear) if apart else torch.zeros(count)
    cos, sin = angle.cos(), angle.sin()
    x, y = 2 * within(limits.shift), 2 * within(limits.shift)
    # Rotation @ shear @ scale, with the shift as last column.
    rows = [
        [(cos - other * sin) * across, (shear * cos - sin) * down / aspect, x],
        [(sin + other * cos) * across * aspect, (shear * sin + cos) * down, y],
    ]
    return torch.stack([torch.stack(row, -1) for row in rows], dim=1)
