"""Binary cross-entropy on the probability that a pair is the same.

    z = scale * (offset - d),   loss = mean over pairs of  log(1 + exp(-z))  if same
                                                           log(1 + exp(z))   otherwise

Koch, Zemel & Salakhutdinov 2015, section 3.2, where the metric itself is the logit: scale 1 and
offset 0. A fixed metric is not a logit, so there scale and offset are learned.
Differs from the paper: weight decay is the optimiser's, not a term of the loss.
"""

from __future__ import annotations

from typing import final

import torch.nn.functional as F

from gemel.losses.balance import mean_over_pairs
from gemel.losses.logit import Logit
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar


@final
class BinaryCrossEntropyLoss(Loss):
    """Mean binary cross-entropy of z, the logit of a distance.

    `learned_scale` trains the scale, from 1, and the offset, from `offset`; otherwise the distance
    is the negative logit. `balanced` gives matching and different pairs half of the loss each.
    Distances and `same` have the same shape, any.

    >>> import torch
    >>> BinaryCrossEntropyLoss()(torch.tensor([0.0]), torch.tensor([True])).exp().item()
    2.0
    """

    def __init__(
        self, *, learned_scale: bool = False, offset: float = 1.0, balanced: bool = False
    ) -> None:
        super().__init__()
        self.balanced = balanced
        self.logit = Logit(learned=learned_scale, offset=offset)

    def forward(self, distance: Distances, same: Same) -> Scalar:
        logit = self.logit(distance)
        per_pair = F.binary_cross_entropy_with_logits(logit, same.to(logit.dtype), reduction="none")
        return mean_over_pairs(per_pair, same, balanced=self.balanced)
