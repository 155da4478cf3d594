"""Local encoder: a small residual convnet whose embedding is a map of local descriptors.

    c@5x5/2 - 2c@3x3 - pool - 3c@3x3 - residual - pool - 4c@3x3 - residual - descriptors@1x1

c is `width`. Each convolution but the last has batch norm and ReLU; a residual block is two 3x3
convolutions (He et al., CVPR 2016). The maps have an eighth of the picture's sides: by default, a
56x56 picture has 7x7 descriptors of size 64. Made for the metric `alignment`, whose cost grows with
the square of the number of places. For larger pictures set `pools` higher: each further pooling is
followed by another copy of the last stage.
"""

from __future__ import annotations

from typing import final

import torch.nn.functional as F
from torch import nn

from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Maps

SMALLEST_MAP = 2
"""Fewest places along each side of the final maps."""


@final
class LocalEncoder(LayeredEncoder):
    """The flattened maps are the embedding; `map_size` says how to unflatten them.

    Raises `RecipeError` for pictures too small for `pools`, such as a side below 16 for two.

    >>> import torch
    >>> encoder = LocalEncoder((1, 56, 56), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 56, 56)).shape, encoder.map_size
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
        self.map_size = (-(-height // 2) // 2**pools, -(-across // 2) // 2**pools)
        self.embedding_size = descriptors * self.map_size[0] * self.map_size[1]
        self.layers = nn.Sequential(
            Standardise(statistics),
            *_convolution(channels, width, kernel=5, stride=2),
            *_with_pooling(*_convolution(width, 2 * width)),
            *_convolution(2 * width, 3 * width),
            Residual(3 * width),
            nn.MaxPool2d(2),
            *_convolution(3 * width, 4 * width),
            Residual(4 * width),
            *(layer for _ in range(pools - 2) for layer in _halving_stage(4 * width)),
            nn.Dropout2d(dropout),
            nn.Conv2d(4 * width, descriptors, 1),
            nn.Flatten(),
        )


@final
class Residual(nn.Module):
    """relu(x + f(x)), where f is two convolutions."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.change = nn.Sequential(*_convolution(maps, maps), *_convolution(maps, maps)[:-1])

    def forward(self, maps: Maps) -> Maps:
        return F.relu(maps + self.change(maps))


def _with_pooling(*layers: nn.Module) -> list[nn.Module]:
    """Max pooling before the final ReLU: the same result for a quarter of the work."""
    return [*layers[:-1], nn.MaxPool2d(2), layers[-1]]


def _halving_stage(maps: int) -> list[nn.Module]:
    return [nn.MaxPool2d(2), *_convolution(maps, maps), Residual(maps)]


def _convolution(channels: int, maps: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, maps, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(maps),
        nn.ReLU(),
    ]
