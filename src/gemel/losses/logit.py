"""A distance as the logit of being the same, for losses that speak of probabilities.

    z = scale * (offset - d),     p(same) = sigmoid(z)

A learned metric's distance is a negative logit already: scale 1, offset 0. A fixed metric has no
such zero, so there both are learned.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from gemel.shapes import Distances


@final
class Logit(nn.Module):
    """`learned` lets scale and offset be trained, starting at 1 and `offset`."""

    def __init__(self, *, learned: bool, offset: float) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(()), requires_grad=learned)
        self.offset = nn.Parameter(torch.tensor(offset if learned else 0.0), requires_grad=learned)

    def forward(self, distance: Distances) -> Distances:
        return self.log_scale.exp() * (self.offset - distance)
