"""Weighted L1 metric: a weighted sum of absolute differences, trained as a logit.

    d(a, b) = -(sum_k w_k |a_k - b_k| + c),     p(same) = sigmoid(-d)

Koch, Zemel & Salakhutdinov 2015, section 3.1: the last layer of the network (w is alpha there).
Initial weights N(0, 0.2) and bias N(0.5, 0.01), as for the paper's dense layers, section 3.2.
Differs from the paper: the logit is returned negated, as a distance.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.metrics.metric import MapSize, Metric
from gemel.shapes import CrossDistances, EmbeddingSets


@final
class WeightedL1Metric(Metric):
    """A dense layer of one unit over |a - b|: (b, n, d) and (b, m, d) to (b, n, m).

    >>> import torch
    >>> metric = WeightedL1Metric(4096)
    >>> metric(torch.rand(1, 1, 4096), torch.rand(1, 20, 4096)).shape
    torch.Size([1, 1, 20])
    """

    learned = True

    def __init__(self, size: int, map_size: MapSize = (1, 1)) -> None:
        super().__init__(size, map_size)
        self.score = nn.Linear(size, 1)
        nn.init.normal_(self.score.weight, 0.0, 0.2)
        nn.init.normal_(self.score.bias, 0.5, 0.01)

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        difference = (left.unsqueeze(2) - right.unsqueeze(1)).abs()
        score: CrossDistances = self.score(difference).squeeze(-1)
        return -score
