"""The stem of series: every channel around zero, by what the training items have."""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor

from gemel.encoders.standardise import PixelStatistics
from gemel.encoders.stem import Stem
from gemel.shapes import Frames

STILL = 1e-6
"""A std that is so small a share of the mean is of rounding."""
LEAST = 1e-12
"""And one that is so small by itself: of samples that were centred already."""


@final
class Samples(Stem):
    """(sample - mean) / std per channel; one that stands still in training is only centred.

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
        self.register_buffer("std", _moving(statistics))

    def forward(self, values: Tensor) -> Frames:
        return (values - self.mean) / self.std

    def example(self) -> Tensor:
        return torch.rand(2, 7, self.width)


def _moving(statistics: PixelStatistics) -> Tensor:
    """(c,) the channels' std; 1 where it is nothing but the rounding of what stands still."""
    mean, std = torch.tensor(statistics.mean), torch.tensor(statistics.std)
    return torch.where(std > (STILL * mean.abs()).clamp(min=LEAST), std, torch.ones(()))
