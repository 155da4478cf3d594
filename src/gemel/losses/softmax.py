"""Softmax loss: among all that an item is compared with, its partners should be nearest.

    loss = mean over rows i of  mean over partners p of i of
           -log( exp(-d(i, p) / t) / sum over all j of exp(-d(i, j) / t) )

Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, eq. 2 (L_out); with one partner a
row it is the N-pair loss, Sohn, NIPS 2016, eq. 7.
Differs from the papers: any distance stands for the negative inner product, and the temperature t
is learned, starting from the given one, unless it is fixed.
"""

from __future__ import annotations

from math import log
from typing import final

import torch
from torch import nn

from gemel.errors import RecipeError
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar

COLDEST = 0.01
"""A temperature below it leaves no slope but at the border between two pairs."""


def softmax(distance: Distances, same: Same, temperature: torch.Tensor) -> Scalar:
    """The mean over the rows that hold a partner; 0 where none does."""
    log_probability = (-distance / temperature).log_softmax(-1)
    partners = same.to(distance.dtype)
    count = partners.sum(-1)
    per_row = -(log_probability * partners).sum(-1) / count.clamp(min=1)
    return per_row.sum() / (count > 0).to(distance.dtype).sum().clamp(min=1)


@final
class SoftmaxLoss(Loss):
    """`softmax` with its temperature, in the units of the metric, learned or fixed.

    Distances and `same` are (…, m): one row for each item, and what it is compared with. Raises
    `RecipeError` for a temperature below `COLDEST`, and a learned one stays above it.

    >>> distance, same = torch.zeros(1, 4), torch.tensor([[True, False, False, False]])
    >>> round(SoftmaxLoss()(distance, same).exp().item(), 4)
    4.0
    """

    def __init__(self, temperature: float = 0.1, *, learned: bool = True) -> None:
        super().__init__()
        if temperature < COLDEST:
            raise RecipeError(
                f"the softmax loss needs a temperature of {COLDEST} or more, got {temperature}"
            )
        self.log_temperature = nn.Parameter(torch.tensor(log(temperature)), requires_grad=learned)

    def forward(self, distance: Distances, same: Same) -> Scalar:
        with torch.no_grad():  # moved back, since beyond a limit there would be no slope to return
            self.log_temperature.clamp_(min=log(COLDEST))
        return softmax(distance, same, self.log_temperature.exp())
