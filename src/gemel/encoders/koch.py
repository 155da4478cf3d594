"""Koch's convolutional network: four convolutions, three poolings and 4096 sigmoid units.

    64@10x10 - pool - 128@7x7 - pool - 128@4x4 - pool - 256@4x4 - dense 4096, sigmoid

Koch, Zemel & Salakhutdinov, "Siamese Neural Networks for One-shot Image Recognition", ICML deep
learning workshop 2015, section 3.1 and figure 4; initial weights from section 3.2. At 105x105 the
encoder and its weighted L1 metric have 38,951,745 parameters together.
Differs from the paper: `kernels` and `maps` can be chosen, as in its hyperparameter search;
`padding` and `batch_norm`, for smaller pictures, are additions. With `batch_norm` the layers have
torch's default initialisation, since the paper's is for layers whose scale matters.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, final

import torch
from torch import nn

from gemel.encoders.encoder import PictureEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Images

Sizes: TypeAlias = tuple[int, int, int, int]


@final
class KochEncoder(PictureEncoder):
    """The paper's network up to the embedding.

    Raises `RecipeError` for pictures too small for the kernels.

    >>> encoder = KochEncoder((1, 105, 105), PixelStatistics.untouched(1), embedding_size=8)
    >>> encoder(torch.rand(2, 1, 105, 105)).shape
    torch.Size([2, 8])
    """

    output = "sigmoid"

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        kernels: Sizes = (10, 7, 4, 4),
        maps: Sizes = (64, 128, 128, 256),
        padding: Literal["valid", "same"] = "valid",
        batch_norm: bool = False,
        embedding_size: int = 4096,
    ) -> None:
        super().__init__()
        self.input_shape = input_shape
        self.embedding_size = embedding_size
        unpadded = kernels if padding == "valid" else (1, 1, 1, 1)
        height, width = (_output_side(side, unpadded) for side in input_shape[1:])
        if min(height, width) < 1:
            raise RecipeError(
                f"koch with kernels {list(kernels)} needs larger pictures than "
                f"{input_shape[1]}x{input_shape[2]}: set input.size to [105, 105] as in the paper, "
                "or choose smaller encoder.kernels or encoder.padding=same"
            )
        self.standardise = Standardise(statistics)
        self.conv1 = nn.Conv2d(input_shape[0], maps[0], kernels[0], padding=padding)
        self.conv2 = nn.Conv2d(maps[0], maps[1], kernels[1], padding=padding)
        self.conv3 = nn.Conv2d(maps[1], maps[2], kernels[2], padding=padding)
        self.conv4 = nn.Conv2d(maps[2], maps[3], kernels[3], padding=padding)
        self.dense = nn.Linear(maps[3] * height * width, embedding_size)
        self.pool = nn.MaxPool2d(2)
        if batch_norm:
            norms = [*map(nn.BatchNorm2d, maps), nn.BatchNorm1d(embedding_size)]
            self.norms = nn.ModuleList(norms)
        else:
            self.norms = nn.ModuleList([nn.Identity()] * (len(maps) + 1))
            self._initialise()

    def _initialise(self) -> None:
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            nn.init.normal_(conv.weight, 0.0, 0.01)
            nn.init.normal_(conv.bias, 0.5, 0.01)  # type: ignore[arg-type]
        nn.init.normal_(self.dense.weight, 0.0, 0.2)
        nn.init.normal_(self.dense.bias, 0.5, 0.01)

    def forward(self, items: Images) -> Embeddings:
        maps = self.standardise(items)
        norms = iter(self.norms)
        for conv in (self.conv1, self.conv2, self.conv3):
            # ReLU after the pooling: the same result for a quarter of the work.
            maps = self.pool(next(norms)(conv(maps))).relu()
        maps = next(norms)(self.conv4(maps)).relu()
        return torch.sigmoid(next(norms)(self.dense(maps.flatten(1))))


def _output_side(side: int, kernels: Sizes) -> int:
    """Side of the last maps, for a picture of this side."""
    for kernel in kernels[:3]:
        side = max(0, side - kernel + 1) // 2
    return side - kernels[3] + 1
