"""Squared-error loss: the probability of `same` is regressed to 0 or 1.

    z = scale * (offset - d),     loss = mean over pairs of ( sigmoid(z) - same )^2

Sung et al., "Learning to Compare: Relation Network for Few-Shot Learning", CVPR 2018, eq. 2, where
the metric itself is the logit: scale 1 and offset 0 (see `Logit`).
Differs from the paper: the mean over pairs, as in the authors' code, not the sum.
"""

from __future__ import annotations

from typing import final

from gemel.losses.logit import Logit
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar


def squared_error(logit: Distances, same: Same) -> Scalar:
    """The mean over all pairs; `logit` is that of `same`."""
    return (logit.sigmoid() - same.to(logit.dtype)).square().mean()


@final
class SquaredErrorLoss(Loss):
    """`squared_error` of a distance's logit. Distances and `same` have the same shape, any.

    `learned_scale` trains the scale, from 1, and the offset, from `offset`; otherwise the distance
    is the negative logit.

    >>> import torch
    >>> SquaredErrorLoss()(torch.tensor([0.0]), torch.tensor([True])).item()
    0.25
    """

    def __init__(self, *, learned_scale: bool = False, offset: float = 1.0) -> None:
        super().__init__()
        self.logit = Logit(learned=learned_scale, offset=offset)

    def forward(self, distance: Distances, same: Same) -> Scalar:
        return squared_error(self.logit(distance), same)
