"""Elastic distortion: a smooth random displacement of every place of a picture.

Simard, Steinkraus & Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
Document Analysis", ICDAR 2003, section 2.
Differs from the paper: displacements are drawn on a coarse lattice and interpolated bicubically,
in place of drawn for every pixel and blurred.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

LATTICE = 5
"""Points to a side at which displacements are drawn."""


def random_displacement(
    count: int, sides: tuple[int, int], strength: float, generator: torch.Generator
) -> Float[Tensor, "count h w 2"]:
    """What to add to the coordinates (x, y) in -1–1 of each place.

    `strength` is the standard deviation at the lattice's points, as a share of the side.
    """
    drawn = torch.randn(count, 2, LATTICE, LATTICE, generator=generator) * (2 * strength)
    smooth = F.interpolate(drawn, size=sides, mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1)
