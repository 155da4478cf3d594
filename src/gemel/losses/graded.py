"""Graded loss: a distance, made a similarity, should be the grade that people gave the pair.

    loss = mean over pairs of  (s(d) - grade)^2      s(d) = exp(-d)   or   1 - d

Mueller & Thyagarajan, "Siamese recurrent architectures for learning sentence similarity", AAAI
2016, section 3: exp(-d) of the Manhattan distance, grades scaled to 0-1. With the cosine distance
1 - d is the cosine.
"""

from __future__ import annotations

from typing import Literal, final

from jaxtyping import Shaped
from torch import Tensor

from gemel.losses.loss import Loss
from gemel.shapes import Distances, Scalar


def similarity(distance: Distances, by: Literal["exp", "linear"]) -> Distances:
    """1 at no distance, falling with it."""
    return (-distance).exp() if by == "exp" else 1 - distance


@final
class GradedLoss(Loss):
    """`by` is exp, which suits a distance without bound, or linear, which suits the cosine's.

    Where the data have no grades, a matching pair counts as 1 and a different one as 0. Distances
    and grades have one shape, any.

    >>> import torch
    >>> GradedLoss()(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.5])).item()
    0.125
    """

    graded = True

    def __init__(self, by: Literal["exp", "linear"] = "exp") -> None:
        super().__init__()
        self.by = by

    def forward(self, distance: Distances, same: Shaped[Tensor, "*rows columns"]) -> Scalar:
        return (similarity(distance, self.by) - same.to(distance.dtype)).square().mean()
