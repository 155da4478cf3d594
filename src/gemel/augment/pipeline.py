"""The augmentations of a recipe, applied to a batch of pictures in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch

from gemel.augment.erase import random_erase
from gemel.augment.light import random_light
from gemel.augment.warp import Warp
from gemel.shapes import Images, Positions


@final
@dataclass(frozen=True)
class Augment:
    """Warp, brightness and contrast, and erasing, in this order; all off by default.

    >>> untouched = Augment()
    >>> pictures = torch.rand(2, 1, 8, 8)
    >>> bool((untouched(pictures, torch.Generator()) == pictures).all())
    True
    """

    warp: Warp = Warp()
    brightness: float = 0.0
    contrast: float = 0.0
    erase: float = 0.0
    untouched: float = 0.0
    """The share of items that are not augmented."""

    def __call__(
        self, images: Images, generator: torch.Generator, groups: Positions | None = None
    ) -> Images:
        """Augment a batch; pictures of equal `groups` (n,) share one group warp, see `Warp`."""
        given = images
        images = self.warp(images, generator, groups)
        if self.brightness or self.contrast:
            images = random_light(images, self.brightness, self.contrast, generator)
        if self.erase:
            images = random_erase(images, self.erase, generator)
        if self.untouched:
            kept = torch.rand(len(images), 1, 1, 1, generator=generator) < self.untouched
            images = torch.where(kept.to(images.device), given, images)
        return images
