"""Euclidean distance, with a gradient that is finite (and zero) where two embeddings coincide.

d(a, b) = sqrt(sum_k (a_k - b_k)^2)
"""

from __future__ import annotations

from math import inf, sqrt
from typing import final

import torch

from gemel.metrics.metric import Metric
from gemel.shapes import CrossDistances, EmbeddingSets, Output


def euclidean(left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
    """(b, n, d) and (b, m, d) to (b, n, m).

    Computed from differences: the expansion into a matrix product loses precision near zero, where
    near-identical items are decided.

    >>> euclidean(torch.tensor([[[0.0, 3.0]]]), torch.tensor([[[4.0, 0.0]]])).tolist()
    [[[5.0]]]
    """
    squared = (left.unsqueeze(2) - right.unsqueeze(1)).square().sum(-1)
    apart = squared > 0
    return torch.where(apart, torch.where(apart, squared, 1.0).sqrt(), 0.0)


@final
class EuclideanMetric(Metric):
    """`euclidean`."""

    learned = False

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        return euclidean(left, right)

    def reach(self, output: Output) -> float:
        reaches: dict[Output, float] = {"sigmoid": sqrt(self.size), "softmax": sqrt(2), "unit": 2.0}
        return reaches.get(output, inf)
