"""Graded loss: squared error between the similarity of a pair and its graded similarity.

    loss = mean over pairs of  (s(d) - grade)^2

    s(d) = exp(-d / spread)   or   1 - d   or   sigmoid((middle - d) / spread)

Mueller & Thyagarajan, "Siamese recurrent architectures for learning sentence similarity", AAAI
2016, section 3: exp(-d) of the Manhattan distance, with grades scaled to 0–1. Before training, a
sum over many units is far above 1, where the gradient of exp(-d) vanishes: `spread` rescales it.
With the cosine distance, 1 - d is the cosine. Learned metrics such as `alignment`, whose distance
is an unbounded logit, need the logistic.
Differs from the paper: `spread`, and the choice of two further curves.
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
    """Mean squared error of similarities; `by` chooses how they follow from distances.

    `exp` suits unbounded fixed distances: similarity is 1/e at `spread`. `linear` suits the cosine.
    `logistic` suits learned metrics: similarity is 1/2 at `middle`, and `spread` is the scale of
    its fall. Both are in the units of the metric, `spread` above 0. Distances and grades in 0–1
    have the same shape, any; without grades, matching pairs count as 1 and different ones as 0.

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
        """Similarities of distances, decreasing, at most 1."""
        match self.by:
            case "exp":
                return (-distance / self.spread).exp()
            case "linear":
                return 1 - distance
            case "logistic":
                return ((self.middle - distance) / self.spread).sigmoid()
