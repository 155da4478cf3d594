"""Exponential loss: quadratic attraction of matching pairs, exponential repulsion of others.

    loss = mean over pairs of   2/Q d^2              if same
                                2Q exp(-2.77 d / Q)  otherwise

Q is the largest possible energy (distance). With 2.77 = 4 ln 2, matching and different pairs have
the same loss, Q/2, at d = Q/2: the natural threshold lies halfway.

Chopra, Hadsell & LeCun, "Learning a Similarity Metric Discriminatively, with Application to Face
Verification", CVPR 2005, eq. 8 (there E for d).
Differs from the paper: Q is a setting, not derived from the network's last layer. It need not equal
the largest distance, but may not exceed twice it, or no pair could reach the threshold.

For fixed metrics, as `contrastive` is.
"""

from __future__ import annotations

from typing import final

import torch

from gemel.errors import RecipeError
from gemel.losses.balance import mean_over_pairs
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar

RATE = 2.77


def exponential(distance: Distances, same: Same, bound: float) -> Distances:
    """The loss of each pair."""
    matching = 2 / bound * distance.square()
    different = 2 * bound * torch.exp(-RATE / bound * distance)
    return torch.where(same, matching, different)


@final
class ExponentialLoss(Loss):
    """The mean of `exponential`; `balanced` gives matching and different pairs half of it each.

    `bound` is Q, in the units of the metric. Distances and `same` have the same shape, any. Raises
    `RecipeError` for a bound of 0 or less.

    >>> loss = ExponentialLoss(bound=2.0)
    >>> loss(torch.tensor([1.0, 0.0]), torch.tensor([True, False])).item()
    2.5
    """

    def __init__(self, bound: float = 10.0, *, balanced: bool = False) -> None:
        super().__init__()
        if bound <= 0:
            raise RecipeError(
                f"the exponential loss needs a bound above 0, got {bound}: set loss.bound"
            )
        self.bound: float = bound
        self.margin = bound / 2  # where matching and different pairs have the same loss
        self.balanced = balanced

    def forward(self, distance: Distances, same: Same) -> Scalar:
        per_pair = exponential(distance, same, self.bound)
        return mean_over_pairs(per_pair, same, balanced=self.balanced)
