"""The convnet of the triplet network: unpadded convolutions with 2x2 max pooling between them.

    grey, 28x28:    32@5x5 - pool - 64@3x3 - pool - 128@3x3 - pool
    colour, 32x32:  64@5x5 - pool - 128@3x3 - pool - 256@3x3 - pool - 128@2x2

Pictures of these sizes end in 128 maps of 1x1. ReLU follows each convolution, and dropout each
layer but the last.

Hoffer & Ailon, "Deep Metric Learning using Triplet Network", ICLR workshop 2015, section 3.1.
Differs from the paper: the last layer has a ReLU too (the paper mentions those between layers);
larger pictures have larger embeddings, and smaller ones are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, final

from torch import nn

from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError

KERNELS = (5, 3, 3, 2)
GREY, COLOUR = (32, 64, 128), (64, 128, 256, 128)
"""Maps per layer in the paper's networks for MNIST and for CIFAR-10, SVHN and STL-10."""


@final
class HofferEncoder(LayeredEncoder):
    """The paper's network; `maps="auto"` chooses the maps by the picture's channels.

    Raises `RecipeError` for pictures too small for the kernels.

    >>> import torch
    >>> encoder = HofferEncoder((3, 32, 32), PixelStatistics.untouched(3))
    >>> encoder(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 128])
    """

    output = "relu"

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        maps: Literal["auto"] | Sequence[int] = "auto",
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        channels, *sides = input_shape
        if isinstance(maps, str):
            maps = COLOUR if channels == 3 else GREY
        self.input_shape = input_shape
        layers: list[nn.Module] = []
        for index, (count, kernel) in enumerate(zip(maps, KERNELS, strict=False)):
            layers.append(nn.Conv2d(channels, count, kernel))
            channels, sides = count, [side - kernel + 1 for side in sides]
            if index < len(KERNELS) - 1:
                layers.append(nn.MaxPool2d(2))
                sides = [side // 2 for side in sides]
            # After the pooling: the same result for a quarter of the work.
            layers.append(nn.ReLU())
            if index < len(maps) - 1:
                layers.append(nn.Dropout(dropout))
        if min(sides) < 1:
            raise RecipeError(
                "the encoder hoffer needs pictures of at least 24x24 in grey and 32x32 in colour, "
                f"got {input_shape[1]}x{input_shape[2]}: set input.size, or use the encoder compact"
            )
        self.embedding_size = channels * sides[0] * sides[1]
        self.layers = nn.Sequential(Standardise(statistics), *layers, nn.Flatten())
