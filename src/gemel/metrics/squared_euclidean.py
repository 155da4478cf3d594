"""Squared Euclidean distance: a Bregman divergence, whose sum over a class its mean minimises.

    d(a, b) = sum_k (a_k - b_k)^2

Snell, Swersky & Zemel, "Prototypical Networks for Few-shot Learning", NIPS 2017, section 2.3.
"""

from __future__ import annotations

from math import inf
from typing import final

from gemel.metrics.metric import Metric
from gemel.shapes import CrossDistances, EmbeddingSets, Output


def squared_euclidean(left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
    """(b, n, d) and (b, m, d) to (b, n, m).

    >>> import torch
    >>> squared_euclidean(torch.tensor([[[0.0, 3.0]]]), torch.tensor([[[4.0, 0.0]]])).tolist()
    [[[25.0]]]
    """
    return (left.unsqueeze(2) - right.unsqueeze(1)).square().sum(-1)


@final
class SquaredEuclideanMetric(Metric):
    """`squared_euclidean`."""

    learned = False

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        return squared_euclidean(left, right)

    def reach(self, output: Output) -> float:
        reaches: dict[Output, float] = {"sigmoid": float(self.size), "softmax": 2.0, "unit": 4.0}
        return reaches.get(output, inf)
