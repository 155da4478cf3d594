"""Geometric augmentation in one resampling: affine maps per picture and per group, and elastic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
import torch.nn.functional as F

from gemel.augment.affine import AffineRange, Matrices, composed, draw_matrices
from gemel.augment.elastic import random_displacement
from gemel.shapes import Images, Positions


@final
@dataclass(frozen=True)
class Warp:
    """Random affine maps drawn for `each` picture and for each `group`, and elastic distortion.

    A group's map changes its labels consistently, which makes new labels; `each` and `elastic` vary
    the drawings of a label. `elastic` is the standard deviation of a smooth displacement, as a
    share of the side.
    """

    each: AffineRange = AffineRange()
    group: AffineRange = AffineRange()
    elastic: float = 0.0

    def __call__(
        self, images: Images, generator: torch.Generator, groups: Positions | None = None
    ) -> Images:
        """Warp a batch; pictures of equal `groups` (n,), numbered from 0, share a group map.

        Everything is drawn on the CPU, so that a seed gives the same result on every device.
        """
        if not (self.each.moves or self.elastic or (groups is not None and self.group.moves)):
            return images
        aspect = images.shape[-1] / images.shape[-2]
        matrices = self._matrices(len(images), aspect, groups, generator).to(images)
        grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
        if self.elastic:
            height, width = images.shape[-2:]
            moved = random_displacement(len(images), (height, width), self.elastic, generator)
            grid = grid + moved.to(images)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def _matrices(
        self, count: int, aspect: float, groups: Positions | None, generator: torch.Generator
    ) -> Matrices:
        own = draw_matrices(count, self.each, generator, aspect)
        if groups is None or not self.group.moves:
            return own
        shared = draw_matrices(int(groups.max()) + 1, self.group, generator, aspect)
        return composed(own, shared[groups])
