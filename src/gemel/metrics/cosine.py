"""Cosine distance: one minus the cosine of the angle.

d(a, b) = 1 - a.b / (|a| |b|)
"""

from __future__ import annotations

from typing import final

import torch.nn.functional as F
from torch import Tensor

from gemel.metrics.metric import Metric
from gemel.shapes import SHORTEST, CrossDistances, EmbeddingSets, Output


def cosine(left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
    """(b, n, d) and (b, m, d) to (b, n, m), each in 0–2. A zero embedding is at distance 1.

    >>> import torch
    >>> cosine(torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[2.0, 0.0], [0.0, 3.0]]])).tolist()
    [[[0.0, 1.0]]]
    """
    return 1 - unit_length(left) @ unit_length(right).transpose(1, 2)


def unit_length(embeddings: Tensor) -> Tensor:
    """(…, d) scaled to unit length; zeros stay zero, and the gradient is at most 1/`SHORTEST`."""
    return F.normalize(embeddings, dim=-1, eps=SHORTEST)


@final
class CosineMetric(Metric):
    """`cosine`: compares directions and ignores lengths."""

    learned = False

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        distance = cosine(left, right)
        # Rounding can make an item's distance to itself negative. Not clamped in training: clamping
        # would stop the gradient.
        return distance if self.training else distance.clamp(min=0.0)

    def reach(self, output: Output) -> float:
        return 1.0 if output in {"relu", "sigmoid", "softmax"} else 2.0
