"""Distance-ratio loss: of two distances, nearly all should belong to the different item.

    q_p, q_n = softmax(d(a, p), d(a, n))
    loss = mean over (anchor, positive, negative) of  q_p² + (1 - q_n)²  =  2 q_p²

Hoffer & Ailon, "Deep Metric Learning using Triplet Network", ICLR workshop 2015, section 2.2: the
softmax of the two distances, with squared error to (0, 1). It asks for no margin: what counts is
how much farther the different item is, in the units of the metric.
Differs from the paper: rows may hold several positives and negatives, and then every triplet of a
row counts alike.
"""

from __future__ import annotations

from typing import final

from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar


def distance_ratio(distance: Distances, same: Same) -> Scalar:
    """The mean over every triplet that the rows hold; 0 where they hold none."""
    share = (distance.unsqueeze(-1) - distance.unsqueeze(-2)).sigmoid()
    triplets = (same.unsqueeze(-1) & ~same.unsqueeze(-2)).to(distance.dtype)
    return (2 * share.square() * triplets).sum() / triplets.sum().clamp(min=1)


@final
class DistanceRatioLoss(Loss):
    """`distance_ratio`: the triplet network's own.

    Distances and `same` are (…, m): one row for each anchor, and what it is compared with.

    >>> import torch
    >>> loss = DistanceRatioLoss()
    >>> loss(torch.tensor([[1.0, 1.0]]), torch.tensor([[True, False]])).item()
    0.5
    """

    def forward(self, distance: Distances, same: Same) -> Scalar:
        return distance_ratio(distance, same)
