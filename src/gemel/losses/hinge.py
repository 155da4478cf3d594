"""Hinge loss: a pair's score must be on the correct side of zero by a margin.

    loss = mean over pairs of   max(0, margin + d)   if same
                                max(0, margin - d)   otherwise

Zagoruyko & Komodakis, "Learning to Compare Image Patches via Convolutional Neural Networks", CVPR
2015, eq. 1, with margin 1 and the network's output as -d. Made for learned metrics, whose distance
is a negated score. A fixed metric is never negative, so the loss of matching pairs then never
reaches zero.
Differs from the paper: the mean, not the sum, over pairs; the squared l2 norm of the weights is
left to the optimiser's weight decay.
"""

from __future__ import annotations

from typing import final

import torch

from gemel.errors import RecipeError
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar


def hinge(distance: Distances, same: Same, margin: float) -> Scalar:
    """The mean over all pairs."""
    return (margin + torch.where(same, distance, -distance)).relu().mean()


@final
class HingeLoss(Loss):
    """`hinge` with its margin fixed. Distances and `same` have the same shape, any.

    Raises `RecipeError` for a margin of 0 or less.

    >>> loss = HingeLoss(margin=1.0)
    >>> loss(torch.tensor([0.5, -3.0]), torch.tensor([True, True])).item()
    0.75
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        if margin <= 0:
            raise RecipeError(
                f"the hinge loss needs a margin above 0, got {margin}: set loss.margin"
            )
        self.margin: float = margin

    def forward(self, distance: Distances, same: Same) -> Scalar:
        return hinge(distance, same, self.margin)
