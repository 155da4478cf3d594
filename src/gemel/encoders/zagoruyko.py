"""Zagoruyko & Komodakis' network for image patches, up to the descriptor of size 256.

    96@7x7 stride 3 - pool - 192@5x5 - pool - 256@3x3, ReLU after each convolution

Zagoruyko & Komodakis, "Learning to Compare Image Patches via Convolutional Neural Networks", CVPR
2015, section 4.1: the branch of their siamese and pseudo-siamese networks and, on two channels, the
body of their 2-channel network. A 64x64 patch has a descriptor of size 256.
Differs from the paper: larger pictures are accepted and have longer descriptors; `maps` can be
reduced for slower machines.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.encoders.encoder import PictureEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images

LEAST_SIDE = 64
"""The smallest picture side that leaves an input for the last convolution."""


@final
class ZagoruykoEncoder(PictureEncoder):
    """The paper's three convolutions. Raises `RecipeError` for pictures with a side below 64.

    >>> import torch
    >>> encoder = ZagoruykoEncoder((1, 64, 64), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 64, 64)).shape
    torch.Size([2, 256])
    """

    output = "relu"

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        maps: tuple[int, int, int] = (96, 192, 256),
    ) -> None:
        super().__init__()
        channels, *sides = input_shape
        if min(sides) < LEAST_SIDE:
            raise RecipeError(
                f"zagoruyko needs pictures with sides of at least {LEAST_SIDE}, got "
                f"{sides[0]}x{sides[1]}: set input.size to [64, 64] as in the paper"
            )
        self.input_shape = input_shape
        height, width = (_output_side(side) for side in sides)
        self.embedding_size = maps[2] * height * width
        self.standardise = Standardise(statistics)
        self.conv1 = nn.Conv2d(channels, maps[0], 7, stride=3)
        self.conv2 = nn.Conv2d(maps[0], maps[1], 5)
        self.conv3 = nn.Conv2d(maps[1], maps[2], 3)
        self.pool = nn.MaxPool2d(2)

    def forward(self, items: Images) -> Embeddings:
        maps = self.pool(self.conv1(self.standardise(items)).relu())
        maps = self.pool(self.conv2(maps).relu())
        embeddings: Embeddings = self.conv3(maps).relu().flatten(1)
        return embeddings


def _output_side(side: int) -> int:
    """Side of the last maps, for a picture of this side."""
    after_first = ((side - 7) // 3 + 1) // 2
    return (after_first - 4) // 2 - 2
