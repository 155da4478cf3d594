"""Batch norm of sums of two summands each, computed from the summands."""

from __future__ import annotations

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

MOMENTUM, EPS = 0.1, 1e-5
"""As in torch's batch norm."""


@final
class SumNorm(nn.Module):
    """Batch norm of all sums a + b within each set, computed from the summands.

        mean = E a + E b,    variance = V a + V b + 2 cov(a, b)

    Every a of a set is paired with every b of it, so cov(a, b) is the covariance of their means per
    set and place. Returns summands, (s, n, h, w, c) and (s, m, h, w, c), of the normalised sums.
    """

    mean: Float[Tensor, " c"]
    variance: Float[Tensor, " c"]

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(maps))
        self.bias = nn.Parameter(torch.zeros(maps))
        self.register_buffer("mean", torch.zeros(maps))
        self.register_buffer("variance", torch.ones(maps))

    def forward(
        self, ours: Float[Tensor, "s n h w c"], theirs: Float[Tensor, "s m h w c"]
    ) -> tuple[Float[Tensor, "s n h w c"], Float[Tensor, "s m h w c"]]:
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = self._moments(ours.float(), theirs.float())
        scale = self.weight * (variance + EPS).rsqrt()
        return (ours - mean) * scale + self.bias, theirs * scale

    def _moments(
        self, ours: Float[Tensor, "s n h w c"], theirs: Float[Tensor, "s m h w c"]
    ) -> tuple[Float[Tensor, " c"], Float[Tensor, " c"]]:
        """Mean and variance of all sums; also updates the running estimates."""
        axes = (0, 1, 2, 3)
        our_mean, their_mean = ours.mean(axes), theirs.mean(axes)
        ours, theirs = ours - our_mean, theirs - their_mean
        covariance = (ours.mean(1) * theirs.mean(1)).mean((0, 1, 2))
        mean = our_mean + their_mean
        variance = ours.square().mean(axes) + theirs.square().mean(axes) + 2 * covariance
        with torch.no_grad():
            count = ours[..., 0].numel() * theirs.shape[1]
            self.mean.lerp_(mean, MOMENTUM)
            self.variance.lerp_(variance * (count / max(count - 1, 1)), MOMENTUM)
        return mean, variance
