"""SigNet: the convolutional network of Dey et al. for offline signatures.

    96@11x11 - norm - pool - 256@5x5 - norm - pool, dropout 0.3
    - 384@3x3 - 256@3x3 - pool, dropout 0.3 - dense 1024, dropout 0.5 - dense 128

Every convolution and dense layer is followed by ReLU; poolings are 3x3 with stride 2; "norm" is
local response normalisation over five maps (alpha 1e-4, beta 0.75, k 2). Weights are initialised
Glorot-uniform, biases zero.

Dey, Dutta, Toledo, Ghosh, Llados & Pal, "SigNet: Convolutional Siamese Network for Writer
Independent Offline Signature Verification", arXiv 1707.02131, 2017, table 1. At 155x220 and stride
1 it has 113,939,904 parameters and takes 8.2 billion multiplications per picture.
Differs from the paper: `stride` of the first convolution can be chosen. The table says 1; the
authors' published code has 4, at 0.48 billion multiplications. (That code also has batch norm in
place of response normalisation.)
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.encoders import glorot
from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError


@final
class SignetEncoder(LayeredEncoder):
    """The paper's network. Raises `RecipeError` for pictures too small for it.

    >>> import torch
    >>> encoder = SignetEncoder((1, 64, 96), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 64, 96)).shape
    torch.Size([2, 128])
    """

    output = "relu"
    embedding_size = 128

    def __init__(
        self, input_shape: tuple[int, ...], statistics: PixelStatistics, *, stride: int = 1
    ) -> None:
        super().__init__()
        self.input_shape = input_shape
        height, width = (_output_side(side, stride) for side in input_shape[1:])
        if min(height, width) < 1:
            raise RecipeError(
                f"signet with encoder.stride {stride} needs larger pictures than "
                f"{input_shape[1]}x{input_shape[2]}: set input.size to [155, 220] as in the paper, "
                "or a smaller stride"
            )
        self.layers = nn.Sequential(
            Standardise(statistics),
            *(nn.Conv2d(input_shape[0], 96, 11, stride), nn.ReLU(), _response_norm()),
            nn.MaxPool2d(3, 2),
            *(nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), _response_norm()),
            *(nn.MaxPool2d(3, 2), nn.Dropout(0.3)),
            *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
            *(nn.MaxPool2d(3, 2), nn.Dropout(0.3), nn.Flatten()),
            *(nn.Linear(256 * height * width, 1024), nn.ReLU(), nn.Dropout(0.5)),
            *(nn.Linear(1024, self.embedding_size), nn.ReLU()),
        )
        glorot.initialise(self.layers)


def _response_norm() -> nn.Module:
    """x / (2 + 1e-4 * sum of the squares of five maps)^0.75; torch divides `alpha` by five."""
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


def _output_side(side: int, stride: int) -> int:
    """Side of the last maps, for a picture of this side."""
    side = (side - 11) // stride + 1
    for _ in range(3):
        side = (side - 3) // 2 + 1
    return side
