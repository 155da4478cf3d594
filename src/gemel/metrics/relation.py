"""The relation module: a small convnet looks at the feature maps of both items together.

    score r(a, b) = dense( dense( block( block( [a; b] ) ) ) ),     p(same) = sigmoid(r)
    d(a, b) = -( r(a, b) + r(b, a) ) / 2

A block is a 3x3 convolution to 64 maps, batch norm, ReLU and 2x2 max pooling; the dense layers have
8 units with ReLU, and 1. Sung et al., "Learning to Compare: Relation Network for Few-Shot
Learning", CVPR 2018, section 3.4 and figure 2.
Differs from the paper: both orders are scored, in training too, and their mean is the answer, so
that a verdict does not depend on which item comes first; the score is returned negated, before the
sigmoid, as a distance; maps of side 1 are not pooled, so that plain embeddings can be related too.
"""

from __future__ import annotations

from math import inf
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.metric import Metric, Sides
from gemel.shapes import CrossDistances, EmbeddingSets, Output

MAPS = 64
DENSE = 8


@final
class RelationMetric(Metric):
    """Embeddings are flattened maps of `sides`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = RelationMetric(1600, (5, 5))
    >>> metric(torch.rand(1, 1, 1600), torch.rand(1, 20, 1600)).shape
    torch.Size([1, 1, 20])
    """

    learned = True

    def __init__(self, size: int, sides: Sides = (1, 1)) -> None:
        super().__init__(size, sides)
        height, width = sides
        self.channels = channels = size // (height * width)
        # A convolution of [a; b] is one of a plus one of b: each is done once for each item.
        self.first = nn.Conv2d(channels, MAPS, 3, padding=1)
        self.second = nn.Conv2d(channels, MAPS, 3, padding=1, bias=False)
        self._initialise(channels)
        self.joined = nn.Sequential(nn.BatchNorm2d(MAPS), nn.ReLU(), _pool(sides))
        sides = _pooled(sides)
        self.block = nn.Sequential(
            nn.Conv2d(MAPS, MAPS, 3, padding=1), nn.BatchNorm2d(MAPS), nn.ReLU(), _pool(sides)
        )
        height, width = _pooled(sides)
        self.score = nn.Sequential(
            nn.Linear(MAPS * height * width, DENSE), nn.ReLU(), nn.Linear(DENSE, 1)
        )

    def _initialise(self, channels: int) -> None:
        """Both halves as the one convolution of twice the channels would be."""
        whole = nn.Conv2d(2 * channels, MAPS, 3, padding=1)
        with torch.no_grad():
            self.first.weight.copy_(whole.weight[:, :channels])
            self.second.weight.copy_(whole.weight[:, channels:])

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        left_first, left_second = self._halves(left)
        right_first, right_second = self._halves(right)
        there = left_first.unsqueeze(2) + right_second.unsqueeze(1)
        back = left_second.unsqueeze(2) + right_first.unsqueeze(1)
        shape = there.shape[:3]
        both = torch.stack([there, back]).flatten(0, 3)
        score = self.score(self.block(self.joined(both)).flatten(1))
        distance: CrossDistances = -score.reshape(2, *shape).mean(0)
        return distance

    def _halves(
        self, embeddings: EmbeddingSets
    ) -> tuple[Float[Tensor, "b n c h w"], Float[Tensor, "b n c h w"]]:
        """The first block's convolution of each item as the first of a pair, and as the second."""
        sets, maps = embeddings.shape[:2], embeddings.reshape(-1, self.channels, *self.sides)
        first, second = self.first(maps), self.second(maps)
        return first.reshape(*sets, MAPS, *self.sides), second.reshape(*sets, MAPS, *self.sides)

    def reach(self, output: Output) -> float:
        del output
        return inf


def _pool(sides: Sides) -> nn.Module:
    return nn.MaxPool2d(2) if min(sides) > 1 else nn.Identity()


def _pooled(sides: Sides) -> Sides:
    height, width = sides
    return (height // 2, width // 2) if min(sides) > 1 else sides
