"""Distance-ratio loss: the softmax of two distances should put all its mass on the negative's.

    q_p, q_n = softmax(d(a, p), d(a, n))
    loss = mean over (anchor, positive, negative) of  q_p² + (1 - q_n)²  =  2 q_p²

Hoffer & Ailon, "Deep Metric Learning using Triplet Network", ICLR workshop 2015, section 2.2: the
squared error of the softmax to (0, 1). There is no margin: the loss depends on how much farther the
negative is, in the units of the metric.
Differs from the paper: rows may hold several positives and negatives; every triplet counts alike.
"""

from __future__ import annotations

from typing import final

from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar


def distance_ratio(distance: Distances, same: Same) -> Scalar:
    """The mean over all triplets within rows, m^2 numbers for a row of m; 0 if there are none."""
    positive_share = (distance.unsqueeze(-1) - distance.unsqueeze(-2)).sigmoid()
    triplets = (same.unsqueeze(-1) & ~same.unsqueeze(-2)).to(distance.dtype)
    return (2 * positive_share.square() * triplets).sum() / triplets.sum().clamp(min=1)


@final
class DistanceRatioLoss(Loss):
    """`distance_ratio`, the original loss of the triplet network.

    Distances and `same` are (…, m): for each anchor, one row of the m items it is compared with.

    >>> import torch
    >>> loss = DistanceRatioLoss()
    >>> loss(torch.tensor([[1.0, 1.0]]), torch.tensor([[True, False]])).item()
    0.5
    """

    def forward(self, distance: Distances, same: Same) -> Scalar:
        return distance_ratio(distance, same)
