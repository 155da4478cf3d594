"""Second-look metric: `alignment`, with near pairs compared once more, place by place.

    d(a, b) = d1(a, b) - r * ( f(a, b) + f(b, a) ),     r = clamp(bound - d1(a, b), 0, 1)
    b~_i = sum_j softmax_j( t * (cos(a_i, b_j) - k * |p_i - p_j|^2) ) * b_j
    f(a, b) = W [ mean_i v_i ; max_i v_i ],     v = three convolutions over all places i of
        [ |a_i - b~_i| ; a_i * b~_i ; soft-maximum score of a_i ; displacement ; both weights ]

d1 is the distance of `alignment`, with its sharpness t and stiffness k, and a_i are its descriptors
at places p_i. d1 measures how much of one item is found in the other; the second look sees what is
not found, and where. To save time only near pairs (r > 0) are evaluated: the bound is a running
mean, as in batch norm, of the distance of an item's `looks`-th nearest candidate in training. In
use, whether a pair gets a second look depends on the pair alone.

After A. Parikh et al., "A decomposable attention model for natural language inference", EMNLP 2016
(attend, compare, aggregate), with convolutions over the places in place of a sum over words, and
P. Shyam, S. Gupta & A. Dukkipati, "Attentive recurrent comparators", ICML 2017 (repeated glimpses
at both drawings).
Differs from the papers: one second look at near pairs, in place of eight glimpses at every pair.
"""

from __future__ import annotations

from math import inf
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.alignment import ABSENT, LEAST, STIFFNESS, AlignmentMetric, Described, places_of
from gemel.metrics.metric import MapSize, Metric
from gemel.shapes import CrossDistances, EmbeddingSets, PairDistances

MAPS = 48
MOMENTUM = 0.1
"""Weight of the latest batch in the running bound."""


@final
class SecondLookMetric(Metric):
    """Embeddings are flattened maps of `map_size`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = SecondLookMetric(64 * 7 * 7, (7, 7))
    >>> metric(torch.rand(1, 1, 3136), torch.rand(1, 20, 3136)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True
    bound: Float[Tensor, ""]
    places: Float[Tensor, "i 2"]

    def __init__(
        self, size: int, map_size: MapSize = (1, 1), *, stiffness: float = STIFFNESS, looks: int = 3
    ) -> None:
        super().__init__(size, map_size)
        self.looks = looks
        self.first = AlignmentMetric(size, map_size, stiffness=stiffness)
        self.second = PlaceByPlace(2 * size // (map_size[0] * map_size[1]) + 5, map_size)
        self.register_buffer("places", places_of(map_size), persistent=False)
        self.register_buffer("bound", torch.tensor(-inf))

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        first: CrossDistances = self.first(left, right)
        ours, theirs = self.first.described(left), self.first.described(right)
        bound = self._batch_bound(first.detach()) if self.training else self.bound
        near = torch.nonzero(first < bound)
        # A dummy pair of weight 0: the export needs at least one pair.
        near = torch.cat([near, near.new_zeros(1, 3)])
        torch._check(near.shape[0] > 0)  # type: ignore[no-untyped-call]
        sets, rows, columns = near.unbind(1)
        score = self._second(
            Described(*(part[sets, rows] for part in ours)),
            Described(*(part[sets, columns] for part in theirs)),
        )
        weight = (bound - first.detach()[sets, rows, columns]).clamp(0, 1)
        weight = torch.cat([weight[:-1], torch.zeros_like(weight[-1:])])
        return first.index_put((sets, rows, columns), -weight * score, accumulate=True)

    def _batch_bound(self, distance: CrossDistances) -> Tensor:
        """The bound of this batch; also updates the running bound."""
        nearest = distance.topk(min(self.looks, distance.shape[2]), dim=2, largest=False).values
        bound = nearest[..., -1].mean()
        self.bound.copy_(self.bound.lerp(bound, MOMENTUM) if self.bound.isfinite() else bound)
        return bound

    def _second(self, one: Described, other: Described) -> PairDistances:
        """f(a, b) + f(b, a) of pairs of items, with descriptors (n, i, c) each."""
        sharpness = self.first.log_sharpness.exp()
        cosine = one.descriptors @ other.descriptors.transpose(1, 2)
        # Subtracting 1 keeps the logits from exceeding 0.
        logits = sharpness * (
            cosine - 1 - self.first.log_stiffness.exp() * self.first.squared_steps
        )
        there = self._features(one, other, logits, sharpness)
        back = self._features(other, one, logits.transpose(1, 2), sharpness)
        absent = torch.cat([one.absent, other.absent])
        scores = self.second(torch.cat([there, back]), absent)
        score: PairDistances = scores.reshape(2, -1).sum(0)
        return score

    def _features(
        self, own: Described, others: Described, logits: Tensor, sharpness: Tensor
    ) -> Float[Tensor, "n i c"]:
        """Compares each descriptor with what it attends to in the other item."""
        logits = logits - sharpness * ABSENT * others.absent.transpose(1, 2)
        attention = logits.softmax(-1)
        found, weight = attention @ others.descriptors, attention @ others.weights.unsqueeze(-1)
        best = logits.exp().sum(-1, keepdim=True).clamp(min=LEAST).log() / sharpness + 1
        displacement = (attention @ self.places - self.places) / 2
        count = (1 - own.absent).sum(1, keepdim=True)
        difference, product = (own.descriptors - found).abs(), own.descriptors * found
        weights = [count * own.weights.unsqueeze(-1), count * weight]
        return torch.cat([difference, product, best, displacement, *weights], -1)


@final
class PlaceByPlace(nn.Module):
    """Convolutions over the features at all places of each item: (n, i, c) to scores (n,)."""

    def __init__(self, channels: int, map_size: MapSize) -> None:
        super().__init__()
        self.map_size = map_size
        self.blocks = nn.ModuleList([_block(channels, 1), _block(MAPS, 3), _block(MAPS, 3)])
        self.answer = nn.Linear(2 * MAPS, 1)
        # Initially the distance is that of alignment alone.
        nn.init.zeros_(self.answer.weight)
        nn.init.zeros_(self.answer.bias)

    def forward(
        self, features: Float[Tensor, "n i c"], absent: Float[Tensor, "n i 1"]
    ) -> PairDistances:
        maps, present = (
            values.transpose(1, 2).reshape(values.shape[0], -1, *self.map_size)
            for values in (features, 1 - absent)
        )
        for block in self.blocks:
            maps = block(maps) * present
        mean = maps.sum((2, 3)) / present.sum((2, 3)).clamp(min=1)
        score: PairDistances = self.answer(torch.cat([mean, maps.amax((2, 3))], 1)).squeeze(1)
        return score


def _block(channels: int, kernel: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels, MAPS, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(MAPS),
        nn.ReLU(),
    )
