"""Triplet loss: the positive must be nearer to the anchor than the negative, by a margin.

    loss = mean over (anchor, positive, negative) of  max(0, d(a, p) - d(a, n) + margin)

Schroff, Kalenichenko & Philbin, "FaceNet", CVPR 2015, eq. 2. `mining="hardest"` uses only the
farthest positive and the nearest negative of each anchor: Hermans, Beyer & Leibe, "In Defense of
the Triplet Loss", 2017, eq. 5.
Differs from FaceNet: plain distances, not squared ones; the mean over all triplets, not the sum
over semi-hard ones.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, final

import torch

from gemel.errors import RecipeError
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar

Mining: TypeAlias = Literal["all", "hardest"]


def triplet(distance: Distances, same: Same, margin: float) -> Scalar:
    """The mean over all triplets within rows, m^2 numbers for a row of m; 0 if there are none."""
    violation = (distance.unsqueeze(-1) - distance.unsqueeze(-2) + margin).relu()
    triplets = (same.unsqueeze(-1) & ~same.unsqueeze(-2)).to(distance.dtype)
    return (violation * triplets).sum() / triplets.sum().clamp(min=1)


def hardest_triplet(distance: Distances, same: Same, margin: float) -> Scalar:
    """The mean over rows of each one's hardest triplet; rows without triplets are skipped."""
    far = torch.finfo(distance.dtype).max / 4
    positive = distance.masked_fill(~same, -far).amax(-1)
    negative = distance.masked_fill(same, far).amin(-1)
    valid = (same.any(-1) & (~same).any(-1)).to(distance.dtype)
    violation = torch.where(valid > 0, (positive - negative + margin).relu(), 0.0)
    return violation.sum() / valid.sum().clamp(min=1)


@final
class TripletLoss(Loss):
    """`triplet` or `hardest_triplet` with its margin fixed, in the units of the metric.

    Distances and `same` are (…, m): for each anchor, one row of the m items it is compared with.
    Raises `RecipeError` for a margin of 0 or less.

    >>> loss = TripletLoss(margin=0.5)
    >>> loss(torch.tensor([[0.25, 0.5]]), torch.tensor([[True, False]])).item()
    0.25
    """

    def __init__(self, margin: float = 0.2, *, mining: Mining = "all") -> None:
        super().__init__()
        if margin <= 0:
            raise RecipeError(
                f"the triplet loss needs a margin above 0, got {margin}: set loss.margin"
            )
        self.margin: float = margin
        self.mining = mining

    def forward(self, distance: Distances, same: Same) -> Scalar:
        term = triplet if self.mining == "all" else hardest_triplet
        return term(distance, same, self.margin)
