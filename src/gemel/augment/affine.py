"""Random affine maps of a whole batch in one resampling: rotation, shear, scale, shift, mirror.

Koch et al. 2015, section 3.2 (affine distortions): rotation within 10 degrees, shear within 0.3,
scale within 0.8–1.2, shift within 2 pixels, each part applied with probability 0.5.
Differs from the paper: what moves in from outside repeats the picture's border.
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
    """How far each part may go, either way; `probability` is each part's own chance.

    `rotation` in degrees, `shift` in shares of the side, `scale` and `stretch` as factors around 1
    (`stretch` changes width against height). `axes` says whether both axes are sheared and scaled
    by draws of their own, or the first is sheared and both are scaled alike. `mirror` flips left
    and right in half of the items.
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


def one_after_the_other(first: Matrices, second: Matrices) -> Matrices:
    """What maps a place as `first` does, and then as `second`."""
    turned = second[:, :, :2] @ first
    turned[:, :, 2] += second[:, :, 2]
    return turned


def draw_matrices(
    count: int, limits: AffineRange, generator: torch.Generator, aspect: float = 1.0
) -> Matrices:
    """Maps from output to input coordinates in -1–1; `aspect` is a picture's width over its height.

    In these coordinates both sides are alike, so that what turns pixels does not turn them.
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
    # Rotation times shear times scale, and then the shift.
    first = [
        (cos - other * sin) * across,
        (shear * cos - sin) * down / aspect,
        2 * within(limits.shift),
    ]
    second = [
        (sin + other * cos) * across * aspect,
        (shear * sin + cos) * down,
        2 * within(limits.shift),
    ]
    return torch.stack([torch.stack(first, -1), torch.stack(second, -1)], dim=1)
