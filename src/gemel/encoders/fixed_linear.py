"""A linear layer that is set once and that no training changes."""

from __future__ import annotations

from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


@final
class FixedLinear(nn.Module):
    """W x + b with buffers for weights: saved and loaded as others are, seen by no optimiser.

    Until it is set it holds what an `nn.Linear` starts with.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, size: int, out_features: int) -> None:
        super().__init__()
        self.out_features = out_features
        self.register_buffer("weight", torch.empty(out_features, size))
        self.register_buffer("bias", torch.empty(out_features))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        start = nn.Linear(self.weight.shape[1], self.out_features)
        with torch.no_grad():
            self.weight.copy_(start.weight)
            self.bias.copy_(start.bias)

    def forward(self, features: Float[Tensor, "*n d"]) -> Float[Tensor, "*n k"]:
        return F.linear(features, self.weight, self.bias)
