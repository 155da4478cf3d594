"""Random brightness, contrast and saturation of a whole batch."""

from __future__ import annotations

import torch
from torch import Tensor

from gemel.shapes import Images


def random_light(
    images: Images, brightness: float, contrast: float, generator: torch.Generator
) -> Images:
    """Scale each picture around its mean by 1 ± `contrast`, then shift it by ± `brightness`.

    The saturation of colour pictures is scaled by 1 ± `contrast` too, drawn independently. The
    result is clamped to 0–1.
    """

    def factor(extent: float) -> Tensor:
        drawn = torch.rand(len(images), 1, 1, 1, generator=generator) * 2 - 1
        return drawn.to(images) * extent

    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * (1 + factor(contrast if images.shape[1] == 3 else 0.0))
    mean = grey.mean((2, 3), keepdim=True)
    return (mean + (images - mean) * (1 + factor(contrast)) + factor(brightness)).clamp(0, 1)
