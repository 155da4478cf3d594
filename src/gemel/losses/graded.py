"""Graded loss: a distance, made a similarity, should be the grade that people gave the pair.

    loss = mean over pairs of  (s(d) - grade)^2

    s(d) = exp(-d / spread)   or   1 - d   or   sigmoid((middle - d) / spread)

Mueller & Thyagarajan, "Siamese recurrent architectures for learning sentence similarity", AAAI
2016, section 3: exp(-d) of the Manhattan distance, grades scaled to 0-1. A sum over many units is
far above 1 before anything is learned, where exp(-d) has no slope: `spread` brings it back. With
the cosine distance 1 - d is the cosine. A trained score without bounds, as that of `alignment`,
wants the logistic.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, final

from jaxtyping import Shaped
from torch import Tensor

from gemel.losses.loss import Loss
from gemel.shapes import Distances, Scalar

By: TypeAlias = Literal["exp", "linear", "logistic"]


@final
class GradedLoss(Loss):
    """`by` is exp, which suits a distance without bound, or linear, which suits the cosine's.

    Logistic suits the negative of a trained score: a distance of `middle` is then half alike, and
    `spread` says how far to either side of it likeness changes. With exp it is the distance at
    which likeness has fallen to 1/e. Where the data have no grades, a matching pair counts as 1 and
    a different one as 0. Distances and grades have one shape, any.

    >>> import torch
    >>> GradedLoss()(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.5])).item()
    0.125
    """

    graded = True

    def __init__(self, by: By = "exp", *, middle: float = 0.0, spread: float = 1.0) -> None:
        super().__init__()
        self.by = by
        self.middle = middle
        self.spread = spread

    def forward(self, distance: Distances, same: Shaped[Tensor, "*rows columns"]) -> Scalar:
        return (self.similarity(distance) - same.to(distance.dtype)).square().mean()

    def similarity(self, distance: Distances) -> Distances:
        """Falling with distance, from 1 or towards 1."""
        match self.by:
            case "exp":
                return (-distance / self.spread).exp()
            case "linear":
                return 1 - distance
            case "logistic":
                return ((self.middle - distance) / self.spread).sigmoid()
