"""A linear layer whose weights are set once and never trained."""

from __future__ import annotations

from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


@final
class FixedLinear(nn.Module):
    """W x + b with W and b as buffers: part of the state dict, but not of the parameters.

    Initialised like `nn.Linear`, until whitening sets the weights.
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
        initial = nn.Linear(self.weight.shape[1], self.out_features)
        with torch.no_grad():
            self.weight.copy_(initial.weight)
            self.bias.copy_(initial.bias)

    def forward(self, features: Float[Tensor, "*n d"]) -> Float[Tensor, "*n k"]:
        return F.linear(features, self.weight, self.bias)
