"""Gabor jets, and one layer that starts as a whitening within labels: an encoder for few people.

A picture is seen in several views (scaled, mirrored, shifted). It is standardised by itself and
filtered by pairs of Gabor wavelets, even and odd, of every wavelength and direction; their
magnitudes' square roots are averaged over overlapping cells. Last comes one linear layer, and each
view is brought to one length.

The wavelets are not learned. The layer is: in closed form, from the features of all views of the
training items, it takes out what the pictures of one person differ by (see
`functional/whitening.py`). Two dozen people are too few for a loss that separates them: it learns
the two dozen directions in which these happen to differ, and new people differ in others.

Lades et al., "Distortion Invariant Object Recognition in the Dynamic Link Architecture", IEEE
Transactions on Computers 42, 1993 (magnitudes of Gabor wavelets as features of faces).
Differs from the paper: cells of a fixed grid, and views of the whole picture in place of a graph
whose nodes move each by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, pi
from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.encoders.whitened import WhitenedEncoder, Whitening
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images

WIDTH = 0.34
"""Standard deviation of a wavelet's bell in wavelengths: about an octave and a half."""
TINY = 1e-6


@final
class GaborEncoder(WhitenedEncoder):
    """The embedding is (d, views) flattened, the picture itself first: for the metric `views`.

    `cell` is the side of a cell in pixels, cells overlap by half. `shift` in pixels, zero for none,
    goes either way along both axes; each of `scales` and, where `mirror` is true, the mirrored
    picture double the views. `shrinkage` is that of the whitening, of which `descriptors` axes are
    kept. Raises `RecipeError` for pictures with a side below a cell, wavelengths below 2 pixels or
    far beyond the picture, or scales that do not begin with 1 or lie outside 0.25–4.

    >>> encoder = GaborEncoder((1, 56, 46), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 56, 46)).shape, encoder.map_sides
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
        if scales[0] != 1.0:
            raise RecipeError(
                "the first view is the picture as it stands, so encoder.scales begins with 1, got "
                f"{list(scales)}: put 1.0 first"
            )
        longest = 2 * max(height, across)
        if not all(2 <= length <= longest for length in wavelengths):
            raise RecipeError(
                f"wavelengths are in pixels, from 2 to twice the picture's side of {longest // 2}, "
                f"got {list(wavelengths)}: set encoder.wavelengths"
            )
        if not all(0.25 <= scale <= 4 for scale in scales):
            raise RecipeError(f"scales lie between 0.25 and 4, got {list(scales)}")
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
        self.map_sides = (views, 1)
        self.embedding_size = kept * views

    @property
    def _stride(self) -> int:
        return max(1, self.cell // 2)

    def forward(self, items: Images) -> Embeddings:
        unit = F.normalize(self.whitening(self.features(items)), dim=-1)
        # All views of an item together are of unit length too.
        embeddings: Embeddings = unit.transpose(1, 2).flatten(1) / self.map_sides[0] ** 0.5
        return embeddings

    def described(self, items: Images) -> list[Float[Tensor, "n views d"]]:
        return [self.features(items)]

    def whitenings(self) -> Sequence[Whitening]:
        return [self.whitening]

    def features(self, items: Images) -> Float[Tensor, "n views d"]:
        """What the last layer is given, of every view."""
        pictures = self.standardise(items).mean(1, keepdim=True)
        views = [
            cells
            for scale in self.scales
            for window in self._windows(pictures, scale)
            for cells in self._shifted(window)
        ]
        return torch.stack(views, 1)

    def _windows(self, pictures: Images, scale: float) -> list[Tensor]:
        """The picture at a scale, wider by the shifts, and mirrored; its border is repeated."""
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
        """The cells of a window as it stands, and moved: filtered once for all of them."""
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


@final
class Wavelets(nn.Module):
    """Gabor wavelets of one length: (n, 1, h, w) to (n, directions, h, w)."""

    kernels: Tensor

    def __init__(self, wavelength: float, directions: int) -> None:
        super().__init__()
        self.reach = max(1, round(2.5 * WIDTH * wavelength))
        along = torch.arange(-self.reach, self.reach + 1.0)
        y, x = torch.meshgrid(along, along, indexing="ij")
        bell = torch.exp(-(x.square() + y.square()) / (2 * (WIDTH * wavelength) ** 2))
        kernels = []
        for number in range(directions):
            angle = torch.tensor(pi * number / directions)
            phase = 2 * pi / wavelength * (x * angle.cos() + y * angle.sin())
            even = phase.cos() * bell
            even = even - bell * (even.sum() / bell.sum())  # blind to brightness
            odd = phase.sin() * bell
            kernels += [even / even.norm(), odd / odd.norm()]
        self.register_buffer("kernels", torch.stack(kernels)[:, None], persistent=False)

    def forward(self, pictures: Images) -> Tensor:
        """Square roots of the magnitudes, so that a strong edge does not drown the others."""
        padded = F.pad(pictures, (self.reach,) * 4, mode="replicate")
        answers = F.conv2d(padded, self.kernels)
        even, odd = answers[:, 0::2], answers[:, 1::2]
        return (even.square() + odd.square() + TINY) ** 0.25
