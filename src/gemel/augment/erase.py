"""Random erasing: a random rectangle is filled with the picture's mean colour.

Zhong et al., "Random Erasing Data Augmentation", AAAI 2020.
Differs from the paper: the fill is the picture's mean colour, and the rectangle's sides are drawn
instead of its area and aspect ratio.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gemel.shapes import Images


def random_erase(images: Images, largest: float, generator: torch.Generator) -> Images:
    """Erase a rectangle in half of the pictures; its sides are up to `largest` of the picture's."""
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
