"""Contrastive loss: pulls matching pairs together and pushes different ones a margin apart.

    loss = mean over pairs of   d^2                    if same
                                max(0, margin - d)^2   otherwise

Hadsell, Chopra & LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006,
eq. 4.
Differs from the paper: no factor 1/2.

For fixed metrics: a learned one may be below zero, where the square would push matching pairs
apart again. `hinge` and `binary-cross-entropy` are made for those.
"""

from __future__ import annotations

from typing import final

import torch

from gemel.errors import RecipeError
from gemel.losses.balance import mean_over_pairs
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar


def contrastive(distance: Distances, same: Same, margin: float) -> Distances:
    """The loss of each pair."""
    return torch.where(same, distance, (margin - distance).relu()).square()


@final
class ContrastiveLoss(Loss):
    """The mean of `contrastive`; `balanced` gives matching and different pairs half of it each.

    The margin is in the units of the metric: 1 suits embeddings bounded by 1. Distances and `same`
    have the same shape, any. Raises `RecipeError` for a margin of 0 or less.

    >>> loss = ContrastiveLoss(margin=1.0)
    >>> loss(torch.tensor([0.5, 3.0]), torch.tensor([True, False])).item()
    0.125
    """

    def __init__(self, margin: float = 1.0, *, balanced: bool = False) -> None:
        super().__init__()
        if margin <= 0:
            raise RecipeError(
                f"the contrastive loss needs a margin above 0, got {margin}: set loss.margin"
            )
        self.margin: float = margin
        self.balanced = balanced

    def forward(self, distance: Distances, same: Same) -> Scalar:
        per_pair = contrastive(distance, same, self.margin)
        return mean_over_pairs(per_pair, same, balanced=self.balanced)
