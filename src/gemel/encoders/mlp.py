"""The multi-layer perceptron of Keras's Siamese MNIST example: 784-128-128-128.

Dense layers, each with ReLU, and dropout between them. Weights are initialised Glorot-uniform and
biases zero, as in Keras.
Differs from the example: pixels may be standardised first (the recipe leaves them unchanged).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import final

from torch import nn

from gemel.encoders import glorot
from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.output import output_layer
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
        sizes = (prod(input_shape), *widths)
        layers: list[nn.Module] = []
        for wide, narrow in pairwise(sizes[:-1]):
            layers += [nn.Linear(wide, narrow), nn.ReLU(), nn.Dropout(dropout)]
        layers += [nn.Linear(sizes[-2], sizes[-1]), output_layer(output)]
        self.layers = nn.Sequential(Standardise(statistics), nn.Flatten(), *layers)
        glorot.initialise(self.layers)
