"""Random erasing: a rectangle of each picture becomes its mean colour.

Zhong et al., "Random Erasing Data Augmentation", AAAI 2020.
Differs from the paper: the fill is the picture's mean, and sides are drawn, not areas and ratios.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gemel.shapes import Images


def random_erase(images: Images, largest: float, generator: torch.Generator) -> Images:
    """Erases a rectangle with sides of up to `largest` of the picture's, in half of them."""
    count, _, height, width = images.shape

    def covered(side: int) -> Tensor:
        length = torch.rand(count, 1, generator=generator) * largest
        start = torch.rand(count, 1, generator=generator) * (1 - length)
        position = (torch.arange(side) + 0.5) / side
        return (position >= start) & (position < start + length)

    chosen = torch.rand(count, 1, generator=generator) < 0.5
    rows, columns = covered(height) & chosen, covered(width)
    hole = (rows[:, :, None] & columns[:, None, :])[:, None].to(images.device)
    return torch.where(hole, images.mean((2, 3), keepdim=True), images)
