"""Decision network: a dense network with one hidden layer on both embeddings, trained as a logit.

    f(a, b) = v.relu(W [a; b] + w) + c,     d(a, b) = -(f(a, b) + f(b, a)) / 2

Zagoruyko & Komodakis, "Learning to Compare Image Patches via Convolutional Neural Networks", CVPR
2015, section 3.1: the top of their siamese and pseudo-siamese networks, with 512 hidden units on
two descriptors of 256 numbers.
Differs from the paper: the score is the mean of both orders, so that the distance is symmetric.
W [a; b] is computed as W_1 a + W_2 b: once per embedding, not once per pair.
"""

from __future__ import annotations

from typing import final

from torch import nn

from gemel.metrics.metric import MapSize, Metric
from gemel.shapes import CrossDistances, EmbeddingSets


@final
class DecisionMetric(Metric):
    """2 d hidden units for embeddings of size d: (b, n, d) and (b, m, d) to (b, n, m).

    >>> import torch
    >>> DecisionMetric(256)(torch.rand(1, 1, 256), torch.rand(1, 20, 256)).shape
    torch.Size([1, 1, 20])
    """

    learned = True

    def __init__(self, size: int, map_size: MapSize = (1, 1)) -> None:
        super().__init__(size, map_size)
        self.first = nn.Linear(size, 2 * size)
        self.second = nn.Linear(size, 2 * size, bias=False)
        self.score = nn.Linear(2 * size, 1)

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        there = self.first(left).unsqueeze(2) + self.second(right).unsqueeze(1)
        back = self.first(right).unsqueeze(1) + self.second(left).unsqueeze(2)
        score: CrossDistances = (self.score(there.relu()) + self.score(back.relu())).squeeze(-1)
        return -score / 2
