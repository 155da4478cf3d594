"""Elastic distortion: a smooth random displacement of every pixel.

Simard, Steinkraus & Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
Document Analysis", ICDAR 2003, section 2.
Differs from the paper: displacements are drawn on a coarse lattice and interpolated bicubically,
instead of being drawn for every pixel and blurred.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

LATTICE = 5
"""Points per side at which displacements are drawn."""


def random_displacement(
    count: int, sides: tuple[int, int], strength: float, generator: torch.Generator
) -> Float[Tensor, "count h w 2"]:
    """Displacements (x, y) to add to a sampling grid with coordinates in -1–1.

    `strength` is their standard deviation at the lattice points, as a share of the side.
    """
    drawn = torch.randn(count, 2, LATTICE, LATTICE, generator=generator) * (2 * strength)
    smooth = F.interpolate(drawn, size=sides, mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1)
