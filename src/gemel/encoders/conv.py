"""A small convnet for photos: 32-32-pool-64-64-pool, dense 512, dense with softmax.

The network of the Keras notes that the recipe `five-classes-conv` reproduces.
All convolutions are 3x3 with zero padding and ReLU; dropout follows the first dense layer. With the
default output the embedding is a probability distribution, usually over the classes.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.encoders import glorot
from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.output import output_layer
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Output


@final
class ConvEncoder(LayeredEncoder):
    """Two stages of two convolutions, then two dense layers.

    Raises `RecipeError` for pictures with a side below 4.

    >>> import torch
    >>> encoder = ConvEncoder((3, 16, 16), PixelStatistics.untouched(3), embedding_size=5)
    >>> encoder(torch.rand(2, 3, 16, 16)).shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        dense: int = 512,
        embedding_size: int = 5,
        dropout: float = 0.4,
        output: Output = "softmax",
    ) -> None:
        super().__init__()
        channels, height, width = input_shape
        if min(height, width) < 4:
            raise RecipeError(
                f"conv halves the picture twice and needs sides of at least 4, got {height}x{width}"
                ": set input.size, or encoder.name to compact"
            )
        self.input_shape = input_shape
        self.embedding_size = embedding_size
        self.output = output
        self.layers = nn.Sequential(
            Standardise(statistics),
            *_stage(channels, 32),
            *_stage(32, 64),
            nn.Flatten(),
            nn.Linear(64 * (height // 4) * (width // 4), dense),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(dense, embedding_size),
            output_layer(output),
        )
        glorot.initialise(self.layers)


def _stage(channels: int, maps: int) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, maps, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(maps, maps, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]
