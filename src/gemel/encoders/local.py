"""The encoder that keeps places: a small residual convnet whose embedding is a map of descriptors.

    c@5x5/2 - 2c@3x3 - pool - 3c@3x3 - residual - pool - 4c@3x3 - residual - descriptors@1x1

Each convolution has batch norm and ReLU; a residual block is two 3x3 convolutions (He et al.,
CVPR 2016). The maps have an eighth of the picture's sides: 56x56 becomes 64 numbers at each of 7x7
places. Made for the metric `alignment`, which lets places look for each other: its price grows with
the square of their number, so larger pictures are pooled more often, each time followed by the last
stage once more.
"""

from __future__ import annotations

from typing import final

import torch.nn.functional as F
from torch import nn

from gemel.encoders.encoder import PictureEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images, Maps

SMALLEST_MAP = 2
"""Places along each side at the end; before that every pooling and the first stride halve."""


@final
class LocalEncoder(PictureEncoder):
    """The flattened maps are the embedding; `map_sides` says how to unflatten them.

    Raises `RecipeError` for pictures too small for their poolings: with a side below 16 for two.

    >>> import torch
    >>> encoder = LocalEncoder((1, 56, 56), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 56, 56)).shape, encoder.map_sides
    (torch.Size([2, 3136]), (7, 7))
    """

    output = "linear"

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        width: int = 32,
        descriptors: int = 64,
        pools: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        channels, height, across = input_shape
        smallest = SMALLEST_MAP * 2 ** (pools + 1)
        if min(height, across) < smallest:
            raise RecipeError(
                f"local with {pools} poolings needs pictures with sides of at least {smallest}, "
                f"got {height}x{across}: set input.size or encoder.pools, or use the encoder "
                "compact"
            )
        self.input_shape = input_shape
        self.map_sides = (-(-height // 2) // 2**pools, -(-across // 2) // 2**pools)
        self.embedding_size = descriptors * self.map_sides[0] * self.map_sides[1]
        self.layers = nn.Sequential(
            Standardise(statistics),
            *_convolution(channels, width, kernel=5, stride=2),
            *_pooled(*_convolution(width, 2 * width)),
            *_convolution(2 * width, 3 * width),
            Residual(3 * width),
            nn.MaxPool2d(2),
            *_convolution(3 * width, 4 * width),
            Residual(4 * width),
            *(layer for _ in range(pools - 2) for layer in _halved(4 * width)),
            nn.Dropout2d(dropout),
            nn.Conv2d(4 * width, descriptors, 1),
            nn.Flatten(),
        )

    def forward(self, items: Images) -> Embeddings:
        embeddings: Embeddings = self.layers(items)
        return embeddings


@final
class Residual(nn.Module):
    """x + two convolutions of x."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.change = nn.Sequential(*_convolution(maps, maps), *_convolution(maps, maps)[:-1])

    def forward(self, maps: Maps) -> Maps:
        return F.relu(maps + self.change(maps))


def _pooled(*layers: nn.Module) -> list[nn.Module]:
    """Halved before the ReLU at their end: the same numbers for a quarter of the work."""
    return [*layers[:-1], nn.MaxPool2d(2), layers[-1]]


def _halved(maps: int) -> list[nn.Module]:
    return [nn.MaxPool2d(2), *_convolution(maps, maps), Residual(maps)]


def _convolution(channels: int, maps: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, maps, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(maps),
        nn.ReLU(),
    ]
