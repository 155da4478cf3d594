"""Softmax loss: cross-entropy of the softmax over negative distances, whose targets are matches.

    loss = mean over rows i of  mean over partners p of i of
           -log( exp(-d(i, p) / t) / sum over all j of exp(-d(i, j) / t) )

Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, eq. 2 (L_out); with one partner per
row it is the N-pair loss, Sohn, NIPS 2016, eq. 7, known too as InfoNCE, NT-Xent (by the cosine)
and, with batches of partners, as multiple-negatives ranking loss.
Differs from the papers: any distance in place of the negative inner product; the temperature t is
learned by default.
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
"""Lower bound of the temperature; below it nearly all gradients vanish."""


def softmax(distance: Distances, same: Same, temperature: torch.Tensor) -> Scalar:
    """The mean over the rows with at least one partner; 0 if there are none."""
    log_probability = (-distance / temperature).log_softmax(-1)
    partners = same.to(distance.dtype)
    count = partners.sum(-1)
    per_row = -(log_probability * partners).sum(-1) / count.clamp(min=1)
    return per_row.sum() / (count > 0).to(distance.dtype).sum().clamp(min=1)


@final
class SoftmaxLoss(Loss):
    """`softmax` with a temperature in the units of the metric, trained if `learned`.

    Distances and `same` are (…, m): for each item, one row of the m items it is compared with.
    Raises `RecipeError` for a temperature below `COLDEST`; a learned one is clamped to it.

    >>> distance, same = torch.zeros(1, 4), torch.tensor([[True, False, False, False]])
    >>> round(SoftmaxLoss()(distance, same).exp().item(), 4)
    4.0
    """

    def __init__(self, temperature: float = 0.1, *, learned: bool = True) -> None:
        super().__init__()
        if temperature < COLDEST:
            raise RecipeError(
                f"the softmax loss needs a temperature of {COLDEST} or more, got {temperature}: "
                "set loss.temperature"
            )
        self.log_temperature = nn.Parameter(torch.tensor(log(temperature)), requires_grad=learned)

    def forward(self, distance: Distances, same: Same) -> Scalar:
        with torch.no_grad():  # in place, because clamping in the graph would stop the gradient
            self.log_temperature.clamp_(min=log(COLDEST))
        return softmax(distance, same, self.log_temperature.exp())
