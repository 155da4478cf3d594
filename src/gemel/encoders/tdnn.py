"""Bromley's time-delay network for pen traces: two stages of convolution and averaging over time.

For 8 channels of 200 samples: 12 maps of kernel 9, averaged by threes to 12 x 64; then 16 maps of
kernel 8, averaged by threes to 16 x 19. After the averaging, a unit of the first stage has a
receptive field of 8 x 11 and one of the second 12 x 10, as in the paper. The embedding is the 304
outputs of the last stage; the paper compares embeddings by the angle between them.

Bromley, Guyon, LeCun, Säckinger & Shah, "Signature Verification using a Siamese Time Delay Neural
Network", NIPS 1993, section 3.
Differs from the paper: it gives the sizes and receptive fields but not the kernels; 9 and 8 are the
only ones that agree with both. The paper leaves open the initialisation (here N(0, 1/fan-in), zero
biases) and the nonlinearity (here LeCun's 1.7159 tanh(2x/3)).
"""

from __future__ import annotations

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gemel.encoders.masked import mask
from gemel.encoders.output import output_layer
from gemel.encoders.stem import SequenceEncoder, Stem
from gemel.errors import RecipeError
from gemel.shapes import Embeddings, Lengths, Output


@final
class TdnnEncoder(SequenceEncoder):
    """Two stages of convolution and averaging over `length` samples.

    Longer items are truncated and shorter ones zero-padded, so the input should resample to
    `length`. Raises `RecipeError` if `length` is too short for the kernels.

    >>> import torch
    >>> from gemel.encoders import PixelStatistics, Samples
    >>> encoder = TdnnEncoder(Samples(PixelStatistics.untouched(8)))
    >>> encoder(torch.rand(2, 200, 8), torch.tensor([200, 200])).shape
    torch.Size([2, 304])
    """

    def __init__(
        self,
        stem: Stem,
        *,
        length: int = 200,
        maps: tuple[int, int] = (12, 16),
        kernels: tuple[int, int] = (9, 8),
        average: int = 3,
        output: Output = "linear",
    ) -> None:
        super().__init__(stem)
        first = (length - kernels[0] + 1) // average
        second = (first - kernels[1] + 1) // average
        if second < 1:
            raise RecipeError(
                f"a time-delay net with kernels {kernels[0]} and {kernels[1]} needs more than "
                f"{length} samples: set encoder.length higher"
            )
        self.length = length
        self.embedding_size = maps[1] * second
        self.output = output
        self.layers = nn.Sequential(
            *_stage(stem.width, maps[0], kernels[0], average),
            *_stage(maps[0], maps[1], kernels[1], average),
            nn.Flatten(),
            output_layer(output),
        )

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        frames = self.stem(values)
        frames = frames * mask(frames, lengths)
        frames = F.pad(frames, (0, 0, 0, self.length))[:, : self.length]
        embeddings: Embeddings = self.layers(frames.transpose(1, 2))
        return embeddings


@final
class ScaledTanh(nn.Module):
    """1.7159 tanh(2x/3), of average slope 1 between -1 and 1."""

    def forward(self, values: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(values * (2 / 3))


def _stage(channels: int, maps: int, kernel: int, average: int) -> list[nn.Module]:
    convolution = nn.Conv1d(channels, maps, kernel)
    nn.init.normal_(convolution.weight, std=(channels * kernel) ** -0.5)
    nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]
    return [convolution, ScaledTanh(), nn.AvgPool1d(average)]
