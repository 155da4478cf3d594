"""The embedding module of relation networks: four convolutional blocks that output feature maps.

    64@3x3 - pool - 64@3x3 - pool - 64@3x3 - 64@3x3, each with batch norm and ReLU

Sung et al., "Learning to Compare: Relation Network for Few-Shot Learning", CVPR 2018, section 3.4
and figure 2: like `conv4`, but only the first two blocks pool. The first two convolutions have no
padding, as in the authors' code, so a 28x28 drawing becomes 64 maps of 5x5.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError


@final
class SungEncoder(LayeredEncoder):
    """The flattened maps are the embedding; `map_size` says how to unflatten them.

    Raises `RecipeError` for pictures with a side below 10.

    >>> import torch
    >>> encoder = SungEncoder((1, 28, 28), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 28, 28)).shape, encoder.map_size
    (torch.Size([2, 1600]), (5, 5))
    """

    output = "relu"

    def __init__(
        self, input_shape: tuple[int, ...], statistics: PixelStatistics, *, maps: int = 64
    ) -> None:
        super().__init__()
        channels, height, width = input_shape
        self.map_size = (_output_side(height), _output_side(width))
        if min(self.map_size) < 1:
            raise RecipeError(
                f"sung needs pictures with sides of at least 10, got {height}x{width}: set "
                "input.size to [28, 28] as in the paper"
            )
        self.input_shape = input_shape
        self.embedding_size = maps * self.map_size[0] * self.map_size[1]
        self.layers = nn.Sequential(
            Standardise(statistics),
            *_block(channels, maps, padding=0, pool=2),
            *_block(maps, maps, padding=0, pool=2),
            *_block(maps, maps, padding=1),
            *_block(maps, maps, padding=1),
            nn.Flatten(),
        )


def _block(channels: int, maps: int, *, padding: int, pool: int = 1) -> list[nn.Module]:
    """ReLU follows the pooling: the same result for a quarter of the work."""
    return [
        nn.Conv2d(channels, maps, 3, padding=padding),
        nn.BatchNorm2d(maps),
        *([nn.MaxPool2d(pool)] if pool > 1 else []),
        nn.ReLU(),
    ]


def _output_side(side: int) -> int:
    """Side of the last maps, for a picture of this side."""
    return ((side - 2) // 2 - 2) // 2
