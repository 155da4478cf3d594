"""Relation module: a small convnet on the concatenated feature maps of both items.

    score r(a, b) = dense( dense( block( block( [a; b] ) ) ) ),     p(same) = sigmoid(r)
    d(a, b) = -( r(a, b) + r(b, a) ) / 2

A block is a 3x3 convolution to 64 maps, batch norm, ReLU and 2x2 max pooling; the dense layers have
8 units with ReLU, and 1. Sung et al., "Learning to Compare: Relation Network for Few-Shot
Learning", CVPR 2018, section 3.4 and figure 2.
Differs from the paper: the score is the mean of both orders, in training too, so that the distance
is symmetric; the distance is the negated score before the sigmoid; maps of side 1 are not pooled,
so that plain embeddings are accepted.

A convolution of [a; b] is the sum of one of a and one of b, each computed once per item. Batch norm
scales both summands alike, and the mean and variance of the sum over all pairs follow from those of
the summands. The work per pair therefore begins only at the first pooling.
"""

from __future__ import annotations

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.metric import MapSize, Metric
from gemel.metrics.small_conv import SmallConv
from gemel.metrics.sum_norm import SumNorm
from gemel.shapes import CrossDistances, EmbeddingSets

MAPS = 64
DENSE = 8


@final
class RelationMetric(Metric):
    """Embeddings are flattened maps of `map_size`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = RelationMetric(1600, (5, 5))
    >>> metric(torch.rand(1, 1, 1600), torch.rand(1, 20, 1600)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True

    def __init__(self, size: int, map_size: MapSize = (1, 1)) -> None:
        super().__init__(size, map_size)
        height, width = map_size
        self.channels = channels = size // (height * width)
        self.first = nn.Conv2d(channels, MAPS, 3, padding=1)
        self.second = nn.Conv2d(channels, MAPS, 3, padding=1, bias=False)
        self._initialise(channels)
        self.norm = SumNorm(MAPS)
        self.third = SmallConv(MAPS, _pooled(map_size))
        self.third_norm = nn.BatchNorm1d(MAPS)
        height, width = _pooled(_pooled(map_size))
        self.score = nn.Sequential(
            nn.Linear(height * width * MAPS, DENSE), nn.ReLU(), nn.Linear(DENSE, 1)
        )

    def _initialise(self, channels: int) -> None:
        """Initialises both halves like one convolution of 2 * `channels` channels."""
        whole = nn.Conv2d(2 * channels, MAPS, 3, padding=1)
        with torch.no_grad():
            self.first.weight.copy_(whole.weight[:, :channels])
            self.second.weight.copy_(whole.weight[:, channels:])

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        # Both orders of every pair, concatenated: 2 b sets against 2 b sets.
        ours = torch.cat([self._half(left, self.first), self._half(left, self.second)])
        theirs = torch.cat([self._half(right, self.second), self._half(right, self.first)])
        ours, theirs = self.norm(ours, theirs)
        sums = ours.unsqueeze(2) + theirs.unsqueeze(1)
        maps = self.third(_pool(sums.flatten(0, 2)).relu())
        maps = _pool(self.third_norm(maps.flatten(0, 2)).reshape(maps.shape).relu())
        score = self.score(maps.flatten(1))
        distance: CrossDistances = -score.reshape(2, *left.shape[:2], right.shape[1]).mean(0)
        return distance

    def _half(self, embeddings: EmbeddingSets, half: nn.Conv2d) -> Float[Tensor, "b n h w c"]:
        """Each item's summand of the first convolution, channels last."""
        maps: Tensor = half(embeddings.reshape(-1, self.channels, *self.map_size))
        return maps.movedim(1, -1).contiguous().reshape(*embeddings.shape[:2], *self.map_size, MAPS)


def _pool(maps: Float[Tensor, "n h w c"]) -> Float[Tensor, "n y x c"]:
    """2x2 max pooling; maps with a side of 1 are returned unchanged."""
    if min(maps.shape[1:3]) == 1:
        return maps
    return nn.functional.max_pool2d(maps.movedim(-1, 1), 2).movedim(1, -1)


def _pooled(map_size: MapSize) -> MapSize:
    height, width = map_size
    return (height // 2, width // 2) if min(map_size) > 1 else map_size
