"""Standardisation of pixels, the first layer of every picture encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import nn

from gemel.shapes import Images


@final
@dataclass(frozen=True)
class PixelStatistics:
    """Mean and standard deviation per channel of the training items; pixels are in 0–1."""

    mean: Sequence[float]
    std: Sequence[float]

    @staticmethod
    def untouched(channels: int) -> PixelStatistics:
        """Mean 0 and std 1, which leave the values unchanged."""
        return PixelStatistics([0.0] * channels, [1.0] * channels)


@final
class Standardise(nn.Module):
    """(pixel - mean) / std per channel. Part of the network, so saved and exported with it."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, statistics: PixelStatistics) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(statistics.mean).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(statistics.std).clamp(min=1e-3).view(-1, 1, 1))

    def forward(self, images: Images) -> Images:
        return (images - self.mean) / self.std
