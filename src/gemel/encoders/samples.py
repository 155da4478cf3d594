"""The stem of series: every channel around zero, by what the training items have."""

from __future__ import annotations

from typing import final

import torch
from torch import Tensor

from gemel.encoders.standardise import PixelStatistics
from gemel.encoders.stem import Stem
from gemel.shapes import Frames


@final
class Samples(Stem):
    """(sample - mean) / std per channel; a channel that stands still in training is not blown up.

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
        self.register_buffer("std", torch.tensor(statistics.std).clamp(min=1e-3))

    def forward(self, values: Tensor) -> Frames:
        return (values - self.mean) / self.std

    def example(self) -> Tensor:
        return torch.rand(2, 7, self.width)
