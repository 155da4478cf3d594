"""The default encoder: a batch-normalised convnet whose depth follows from the picture's size.

Strided 5x5 convolutions halve large pictures. Stages of two 3x3 convolutions follow, each with half
the side and up to twice the maps of the one before, until the maps are small; then one dense layer
to an embedding of unit length. It trains in minutes on a CPU.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.output import output_layer
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.shapes import Output

SMALLEST_SIDE = 4
"""Stages halve the picture while its shorter side stays at least this long."""
LARGEST_SIDE = 40
"""Pictures are strided down to this side first: full stages on larger maps would take most of the
time for little gain."""


@final
class CompactEncoder(LayeredEncoder):
    """The encoder to start with, for drawings, digits, faces and photos alike.

    >>> import torch
    >>> encoder = CompactEncoder((3, 24, 40), PixelStatistics.untouched(3))
    >>> encoder(torch.rand(2, 3, 24, 40)).shape
    torch.Size([2, 128])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        width: int = 32,
        widest: int = 256,
        embedding_size: int = 128,
        dropout: float = 0.0,
        output: Output = "unit",
    ) -> None:
        super().__init__()
        channels, height, across = input_shape
        self.input_shape = input_shape
        self.embedding_size = embedding_size
        self.output = output
        layers: list[nn.Module] = []
        while min(height, across) > LARGEST_SIDE:
            layers.append(_convolution(channels, width, kernel=5, stride=2))
            channels, height, across = width, -(-height // 2), -(-across // 2)
        maps = width
        while True:
            last = min(height, across) < 2 * SMALLEST_SIDE
            layers += [_convolution(channels, maps), _convolution(maps, maps, pooled=not last)]
            channels = maps
            if last:
                break
            height, across, maps = height // 2, across // 2, min(2 * maps, widest)
        self.layers = nn.Sequential(
            Standardise(statistics),
            *layers,
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(channels * height * across, embedding_size, bias=False),
            nn.BatchNorm1d(embedding_size),
            output_layer(output),
        )


def _convolution(
    channels: int, maps: int, *, kernel: int = 3, stride: int = 1, pooled: bool = False
) -> nn.Module:
    """ReLU follows the pooling: the same result for a quarter of the work."""
    return nn.Sequential(
        nn.Conv2d(channels, maps, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(maps),
        *([nn.MaxPool2d(2)] if pooled else []),
        nn.ReLU(),
    )
