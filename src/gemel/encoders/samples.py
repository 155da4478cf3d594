"""The stem of series: standardises every channel by the statistics of the training items."""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor

from gemel.encoders.standardise import PixelStatistics
from gemel.encoders.stem import Stem
from gemel.shapes import Frames

STILL = 1e-6
"""A std below this fraction of the mean is rounding error: the channel is constant."""
LEAST = 1e-12
"""The same as an absolute bound, for channels whose mean is zero."""


@final
class Samples(Stem):
    """(sample - mean) / std per channel; channels constant in training are only centred.

    >>> stem = Samples(PixelStatistics([1.0], [2.0]))
    >>> stem(torch.tensor([[[1.0], [5.0]]])).tolist()
    [[[0.0], [2.0]]]
    """

    mean: Tensor
    std: Tensor

    def __init__(self, statistics: PixelStatistics) -> None:
        super().__init__()
        self.width = len(statistics.mean)
        self.register_buffer("mean", torch.tensor(statistics.mean))
        self.register_buffer("std", _usable_std(statistics))

    def forward(self, values: Tensor) -> Frames:
        return (values - self.mean) / self.std

    def example(self) -> Tensor:
        return torch.rand(2, 7, self.width)


def _usable_std(statistics: PixelStatistics) -> Tensor:
    """(c,) std per channel; 1 for constant channels."""
    mean, std = torch.tensor(statistics.mean), torch.tensor(statistics.std)
    return torch.where(std > (STILL * mean.abs()).clamp(min=LEAST), std, torch.ones(()))
