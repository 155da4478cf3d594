"""The LeNet-5-like convolutional network of Chopra et al. for learned face verification.

    C1 15@7x7 - S2 2x2 - C3 45@6x6 - S4 4x3 - C5 250@5x5 - F6 50

A subsampling layer S is average pooling followed by a trainable scale and shift per map. Every
layer but F6 is followed by tanh. On 56x46 pictures the maps are 50x40, 25x20, 20x15, 5x5 and 1x1.

Chopra, Hadsell & LeCun, "Learning a Similarity Metric Discriminatively, with Application to Face
Verification", CVPR 2005, section 3.2.
Differs from the paper: C3 is connected to all maps of S2 (the paper connects some and does not say
which); F6 is linear unless `output` says otherwise; the kernel of C5 covers all of S4, so other
picture sizes fit; `batch_norm` and `dropout` are additions.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from gemel.encoders.encoder import LayeredEncoder
from gemel.encoders.output import output_layer
from gemel.encoders.standardise import PixelStatistics, Standardise
from gemel.errors import RecipeError
from gemel.shapes import Output

MAPS = (15, 45, 250)


@final
class ChopraEncoder(LayeredEncoder):
    """The paper's network. Raises `RecipeError` for pictures smaller than 24x22.

    `batch_norm` follows each convolution, before its tanh; `dropout` precedes C5 and F6.

    >>> encoder = ChopraEncoder((1, 56, 46), PixelStatistics.untouched(1))
    >>> encoder(torch.rand(2, 1, 56, 46)).shape
    torch.Size([2, 50])
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        statistics: PixelStatistics,
        *,
        embedding_size: int = 50,
        batch_norm: bool = False,
        dropout: float = 0.0,
        output: Output = "linear",
    ) -> None:
        super().__init__()
        channels, height, width = input_shape
        self.input_shape = input_shape
        self.embedding_size = embedding_size
        self.output = output
        remaining = (((height - 6) // 2 - 5) // 4, ((width - 6) // 2 - 5) // 3)
        if min(remaining) < 1:
            raise RecipeError(
                f"chopra needs pictures of at least 24x22, got {height}x{width}: set input.size to "
                "[56, 46] as in the paper"
            )
        norm = nn.BatchNorm2d if batch_norm else nn.Identity
        first, second, third = MAPS
        self.layers = nn.Sequential(
            Standardise(statistics),
            *(nn.Conv2d(channels, first, 7), norm(first), nn.Tanh()),
            *(Subsampling(first, (2, 2)), nn.Tanh()),
            *(nn.Conv2d(first, second, 6), norm(second), nn.Tanh()),
            *(Subsampling(second, (4, 3)), nn.Tanh(), nn.Dropout(dropout)),
            *(nn.Conv2d(second, third, remaining), norm(third), nn.Tanh(), nn.Flatten()),
            *(nn.Dropout(dropout), nn.Linear(third, embedding_size), output_layer(output)),
        )


@final
class Subsampling(nn.Module):
    """Average pooling with a trainable scale and shift per map.

    (n, maps, h, w) to (n, maps, h // rows, w // columns) for a `field` of (rows, columns).

    LeCun, Bottou, Bengio & Haffner, "Gradient-Based Learning Applied to Document Recognition",
    1998, section II.B.
    """

    def __init__(self, maps: int, field: tuple[int, int]) -> None:
        super().__init__()
        self.mean = nn.AvgPool2d(field)
        # One-dimensional, so exempt from weight decay (by AdamW and Muon) as biases are.
        self.scale = nn.Parameter(torch.ones(maps))
        self.shift = nn.Parameter(torch.zeros(maps))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        scale, shift = self.scale[:, None, None], self.shift[:, None, None]
        subsampled: torch.Tensor = self.mean(maps) * scale + shift
        return subsampled
