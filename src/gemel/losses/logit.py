"""Converts distances to logits of `same`, for losses on probabilities.

    z = scale * (offset - d),     p(same) = sigmoid(z)

The distance of a learned metric is already a negative logit: scale 1, offset 0. For a fixed metric
both are learned.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from gemel.shapes import Distances


@final
class Logit(nn.Module):
    """z of a distance. `learned` trains scale and offset, initially 1 and `offset`."""

    def __init__(self, *, learned: bool, offset: float) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(()), requires_grad=learned)
        self.offset = nn.Parameter(torch.tensor(offset if learned else 0.0), requires_grad=learned)

    def forward(self, distance: Distances) -> Distances:
        return self.log_scale.exp() * (self.offset - distance)
