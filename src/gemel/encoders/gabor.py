"""Gabor encoder: fixed Gabor features and a within-class whitening, for data sets of few people.

Each of several views of a picture (scaled, mirrored, shifted) is standardised and filtered by even
and odd Gabor wavelets of every wavelength and direction. The square roots of the magnitudes are
averaged over overlapping cells; one linear layer follows, and each view is scaled to unit length.

The wavelets are fixed. The linear layer is initialised in closed form, from all views of the
training items, as a whitening within classes, which suppresses the variation among pictures of one
person (see `functional/whitening.py`). With two dozen people, a loss that separates them would only
learn the directions in which these happen to differ, and new people differ in others.

Lades et al., "Distortion Invariant Object Recognition in the Dynamic Link Architecture", IEEE
Transactions on Computers 42, 1993 (magnitudes of Gabor wavelets as features of faces).
Differs from the paper: cells of a fixed grid, and views of the whole picture, in place of a graph
whose nodes move independently.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.encoders.wavelets import TINY, Wavelets
from gemel.encoders.whitened import WhitenedEncoder, Whitening
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images


@final
class GaborEncoder(WhitenedEncoder):
    """The embedding is a flattened (d, views), the unchanged picture first: for the metric `views`.

    `wavelengths`, `cell` (the side of a cell; cells overlap by half) and `shift` are in pixels.
    The views are all combinations of `scales`, 9 shifts (by -`shift`, 0 or `shift` along each axis;
    one if it is 0) and, if `mirror`, the mirror image. `shrinkage` is that of the whitening, which
    keeps `descriptors` axes at most. Raises `RecipeError` for pictures with a side below `cell`,
    wavelengths below 2 pixels or above twice the longer side, and scales that do not begin with 1
    or lie outside 0.25–4.

    >>> encoder = GaborEncoder((1, 56, 46), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 56, 46)).shape, encoder.map_size
    (torch.Size([2, 20736]), (54, 1))
    """

    output = "unit"

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        wavelengths: Sequence[float] = (5.0, 9.0, 16.0),
        directions: int = 4,
        cell: int = 12,
        shift: int = 2,
        scales: Sequence[float] = (1.0, 0.9, 1.1),
        mirror: bool = True,
        shrinkage: float = 0.1,
        descriptors: int = 384,
    ) -> None:
        super().__init__()
        _, height, across = input_shape
        if min(height, across) < cell:
            raise RecipeError(
                f"gabor needs pictures with sides of at least one cell of {cell} pixels, got "
                f"{height}x{across}: set input.size or encoder.cell"
            )
        _check_wavelengths(wavelengths, 2 * max(height, across))
        _check_scales(scales)
        self.input_shape = input_shape
        self.cell, self.shift, self.scales = cell, shift, tuple(scales)
        self.mirror, self.shrinkage = mirror, shrinkage
        self.standardise = Standardise(statistics)
        self.wavelets = nn.ModuleList(Wavelets(length, directions) for length in wavelengths)
        rows, columns = (1 + (side - cell) // self._stride for side in (height, across))
        size = len(wavelengths) * directions * rows * columns
        kept = min(size, descriptors)
        self.whitening = nn.Linear(size, kept)
        views = len(scales) * (9 if shift else 1) * (2 if mirror else 1)
        self.map_size = (views, 1)
        self.embedding_size = kept * views

    @property
    def _stride(self) -> int:
        return max(1, self.cell // 2)

    def forward(self, items: Images) -> Embeddings:
        unit = F.normalize(self.whitening(self.features(items)), dim=-1)
        # The concatenation of all views has unit length too.
        embeddings: Embeddings = unit.transpose(1, 2).flatten(1) / self.map_size[0] ** 0.5
        return embeddings

    def described(self, items: Images) -> list[Float[Tensor, "n views d"]]:
        return [self.features(items)]

    def whitenings(self) -> Sequence[Whitening]:
        return [self.whitening]

    def features(self, items: Images) -> Float[Tensor, "n views d"]:
        """The Gabor features of every view, which the linear layer takes."""
        pictures = self.standardise(items).mean(1, keepdim=True)
        views = [
            cells
            for scale in self.scales
            for window in self._windows(pictures, scale)
            for cells in self._shifted(window)
        ]
        return torch.stack(views, 1)

    def _windows(self, pictures: Images, scale: float) -> list[Tensor]:
        """The picture at one scale, and mirrored, with a margin of `shift` pixels for the shifts.

        Beyond the border its pixels are replicated.
        """
        sides = [side + 2 * self.shift for side in pictures.shape[-2:]]
        rows, columns = (round(scale * side) for side in sides)
        margin = max(0, ceil(max(rows - pictures.shape[-2], columns - pictures.shape[-1]) / 2))
        padded = F.pad(pictures, (margin,) * 4, mode="replicate")
        top, left = (padded.shape[-2] - rows) // 2, (padded.shape[-1] - columns) // 2
        window = padded[:, :, top : top + rows, left : left + columns]
        window = F.interpolate(window, (sides[0], sides[1]), mode="bilinear")
        window = window - window.mean((2, 3), keepdim=True)
        window = window / (window.square().mean((2, 3), keepdim=True) + TINY).sqrt()
        return [window, window.flip(-1)] if self.mirror else [window]

    def _shifted(self, window: Images) -> list[Float[Tensor, "n d"]]:
        """The cells of a window at every shift; the window is filtered once for all of them."""
        maps = torch.cat([wavelets(window) for wavelets in self.wavelets], 1)
        _, height, across = self.input_shape
        steps = (0, -self.shift, self.shift) if self.shift else (0,)
        return [
            F.avg_pool2d(
                maps[:, :, top : top + height, left : left + across], self.cell, self._stride
            ).flatten(1)
            for top in (self.shift + step for step in steps)
            for left in (self.shift + step for step in steps)
        ]


def _check_wavelengths(wavelengths: Sequence[float], longest: int) -> None:
    if not all(2 <= length <= longest for length in wavelengths):
        raise RecipeError(
            f"encoder.wavelengths must be from 2 to {longest} pixels, twice the picture's "
            f"longer side, got {list(wavelengths)}: change them, or set input.size"
        )


def _check_scales(scales: Sequence[float]) -> None:
    if scales[0] != 1.0:
        raise RecipeError(
            "the first view is the unchanged picture, so encoder.scales must begin with 1, got "
            f"{list(scales)}: put 1.0 first"
        )
    if not all(0.25 <= scale <= 4 for scale in scales):
        raise RecipeError(
            f"encoder.scales must lie between 0.25 and 4, got {list(scales)}: change them"
        )
