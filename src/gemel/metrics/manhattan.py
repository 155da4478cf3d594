"""Manhattan (L1) distance.

d(a, b) = sum_k |a_k - b_k|
"""

from __future__ import annotations

from math import inf, sqrt
from typing import final

from gemel.metrics.metric import Metric
from gemel.shapes import CrossDistances, EmbeddingSets, Output


def manhattan(left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
    """(b, n, d) and (b, m, d) to (b, n, m).

    >>> import torch
    >>> manhattan(torch.tensor([[[0.0, 3.0]]]), torch.tensor([[[4.0, 0.0]]])).tolist()
    [[[7.0]]]
    """
    return (left.unsqueeze(2) - right.unsqueeze(1)).abs().sum(-1)


@final
class ManhattanMetric(Metric):
    """`manhattan`: used by Chopra et al. 2005 as the energy, and by MaLSTM for sentences."""

    learned = False

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        return manhattan(left, right)

    def reach(self, output: Output) -> float:
        reaches: dict[Output, float] = {
            "sigmoid": float(self.size),
            "softmax": 2.0,
            "unit": 2 * sqrt(self.size),
        }
        return reaches.get(output, inf)
