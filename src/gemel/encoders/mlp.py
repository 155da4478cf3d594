"""The multi-layer perceptron of Keras's Siamese MNIST example: 784-128-128-128.

Dense layers, each with ReLU, and dropout between them. Weights are initialised Glorot-uniform and
biases zero, as in Keras.
Differs from the example: pixels may be standardised first (the recipe leaves them unchanged).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import final

from torch import nn

from gemel.encoders import glorot
from gemel.encoders.dense import dense_layers
from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.shapes import Output


@final
class MlpEncoder(LayeredEncoder):
    """Dense layers on the flattened pixels.

    >>> import torch
    >>> encoder = MlpEncoder((1, 28, 28), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2, 128])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        widths: Sequence[int] = (128, 128, 128),
        dropout: float = 0.1,
        output: Output = "relu",
    ) -> None:
        super().__init__()
        self.input_shape = input_shape
        self.embedding_size = widths[-1]
        self.output = output
        layers = dense_layers((prod(input_shape), *widths), dropout, output)
        self.layers = nn.Sequential(Standardise(statistics), nn.Flatten(), *layers)
        glorot.initialise(self.layers)
