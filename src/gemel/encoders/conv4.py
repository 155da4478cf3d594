"""The four-block convnet of the few-shot papers: (3x3, 64 maps, batch norm, ReLU, pool) x 4.

Vinyals et al., "Matching Networks for One Shot Learning", NIPS 2016, section 4.1; also used by
Snell et al. 2017. A 28x28 picture has an embedding of size 64.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.output import output_layer
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Output

BLOCKS = 4


@final
class Conv4Encoder(LayeredEncoder):
    """Four blocks and no dense layer: the flattened maps are the embedding.

    Raises `RecipeError` for pictures with a side below 16.

    >>> import torch
    >>> encoder = Conv4Encoder((1, 28, 28), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 64])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        maps: int = 64,
        output: Output = "linear",
    ) -> None:
        super().__init__()
        channels, height, width = input_shape
        if min(height, width) < 2**BLOCKS:
            raise RecipeError(
                f"conv4 halves the picture {BLOCKS} times and needs sides of at least "
                f"{2**BLOCKS}, got {height}x{width}: set input.size, or use the encoder compact"
            )
        self.input_shape = input_shape
        self.map_size = (height // 2**BLOCKS, width // 2**BLOCKS)
        self.embedding_size = maps * self.map_size[0] * self.map_size[1]
        self.output = output
        self.layers = nn.Sequential(
            Standardise(statistics),
            *(_block(channels if first else maps, maps) for first in (True, False, False, False)),
            nn.Flatten(),
            output_layer(output),
        )


def _block(channels: int, maps: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels, maps, 3, padding=1, bias=False),
        nn.BatchNorm2d(maps),
        nn.MaxPool2d(2),
        nn.ReLU(),  # after the pooling: the same result for a quarter of the work
    )
