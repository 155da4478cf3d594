"""A second look: what lies near by its alignment is compared once more, place by place.

    d(a, b) = d1(a, b) - r * ( f(a, b) + f(b, a) ),     r = clamp(bound - d1(a, b), 0, 1)
    b~_i = sum_j softmax_j( t * (cos(a_i, b_j) - k * |p_i - p_j|^2) ) * b_j
    f(a, b) = W [ mean_i v_i ; max_i v_i ],     v = three convolutions over all places i of
        [ |a_i - b~_i| ; a_i * b~_i ; how well a_i is found ; how far off ; both weights ]

d1 is the distance of `alignment`, with its sharpness t and stiffness k, and a_i are its descriptors
at places p_i. It asks how much of one item is found in the other; the second look sees what is not
found, and where. Far pairs are spared its cost: the bound is the distance of the `looks`-th nearest
of those that an item is compared with in training, on average, remembered as batch norm remembers
its means. Whether a pair is looked at again depends on nothing but the pair.

After A. Parikh et al., "A decomposable attention model for natural language inference", EMNLP 2016
(attend, compare, aggregate), with convolutions over the places in place of a sum over words; to
compare both drawings once more is after P. Shyam, S. Gupta & A. Dukkipati, "Attentive recurrent
comparators", ICML 2017.
Differs from the papers: one more look for near pairs in place of eight glimpses at every pair.
"""

from __future__ import annotations

from math import inf
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.alignment import ABSENT, LEAST, STIFFNESS, AlignmentMetric, Described, places_of
from gemel.metrics.metric import Metric, Sides
from gemel.shapes import CrossDistances, EmbeddingSets, PairDistances

MAPS = 48
MOMENTUM = 0.1
"""Of the bound: how much the latest batch counts."""


@final
class SecondLookMetric(Metric):
    """Embeddings are flattened maps of `sides`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = SecondLookMetric(64 * 7 * 7, (7, 7))
    >>> metric(torch.rand(1, 1, 3136), torch.rand(1, 20, 3136)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True
    bound: Float[Tensor, ""]
    places: Float[Tensor, "i 2"]

    def __init__(
        self, size: int, sides: Sides = (1, 1), *, stiffness: float = STIFFNESS, looks: int = 3
    ) -> None:
        super().__init__(size, sides)
        self.looks = looks
        self.first = AlignmentMetric(size, sides, stiffness=stiffness)
        self.second = PlaceByPlace(2 * size // (sides[0] * sides[1]) + 5, sides)
        self.register_buffer("places", places_of(sides), persistent=False)
        self.register_buffer("bound", torch.tensor(-inf))

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        first: CrossDistances = self.first(left, right)
        ours, theirs = self.first.described(left), self.first.described(right)
        bound = self._met(first.detach()) if self.training else self.bound
        near = torch.nonzero(first < bound)
        # One more, whose answer counts for nothing: networks are not exported for no pairs at all.
        near = torch.cat([near, near.new_zeros(1, 3)])
        torch._check(near.shape[0] > 0)  # type: ignore[no-untyped-call]
        sets, rows, columns = near.unbind(1)
        answer = self._second(
            Described(*(part[sets, rows] for part in ours)),
            Described(*(part[sets, columns] for part in theirs)),
        )
        counts = (bound - first.detach()[sets, rows, columns]).clamp(0, 1)
        counts = torch.cat([counts[:-1], torch.zeros_like(counts[-1:])])
        return first.index_put((sets, rows, columns), -counts * answer, accumulate=True)

    def _met(self, distance: CrossDistances) -> Tensor:
        """The bound of this batch, which the remembered one moves towards."""
        nearest = distance.topk(min(self.looks, distance.shape[2]), dim=2, largest=False).values
        bound = nearest[..., -1].mean()
        self.bound.copy_(self.bound.lerp(bound, MOMENTUM) if self.bound.isfinite() else bound)
        return bound

    def _second(self, one: Described, other: Described) -> PairDistances:
        """f(a, b) + f(b, a) of pairs of items, (n, i, c) descriptors each."""
        sharpness = self.first.log_sharpness.exp()
        cosine = one.descriptors @ other.descriptors.transpose(1, 2)
        # No exponent is above 0.
        near = sharpness * (cosine - 1 - self.first.log_stiffness.exp() * self.first.squared_steps)
        there = self._beside(one, other, near, sharpness)
        back = self._beside(other, one, near.transpose(1, 2), sharpness)
        absent = torch.cat([one.absent, other.absent])
        answers = self.second(torch.cat([there, back]), absent)
        answer: PairDistances = answers.reshape(2, -1).sum(0)
        return answer

    def _beside(
        self, own: Described, others: Described, near: Tensor, sharpness: Tensor
    ) -> Float[Tensor, "n i c"]:
        """Each descriptor beside what it attends to in the other item."""
        near = near - sharpness * ABSENT * others.absent.transpose(1, 2)
        attention = near.softmax(-1)
        found, weight = attention @ others.descriptors, attention @ others.weights.unsqueeze(-1)
        best = near.exp().sum(-1, keepdim=True).clamp(min=LEAST).log() / sharpness + 1
        moved = (attention @ self.places - self.places) / 2
        many = (1 - own.absent).sum(1, keepdim=True)
        difference, product = (own.descriptors - found).abs(), own.descriptors * found
        weights = [many * own.weights.unsqueeze(-1), many * weight]
        return torch.cat([difference, product, best, moved, *weights], -1)


@final
class PlaceByPlace(nn.Module):
    """What is seen at all places of one item, (n, i, c), to one number for each, (n,)."""

    def __init__(self, channels: int, sides: Sides) -> None:
        super().__init__()
        self.sides = sides
        self.blocks = nn.ModuleList([_block(channels, 1), _block(MAPS, 3), _block(MAPS, 3)])
        self.answer = nn.Linear(2 * MAPS, 1)
        # At first alignment answers alone.
        nn.init.zeros_(self.answer.weight)
        nn.init.zeros_(self.answer.bias)

    def forward(
        self, seen: Float[Tensor, "n i c"], absent: Float[Tensor, "n i 1"]
    ) -> PairDistances:
        maps, present = (
            of_places.transpose(1, 2).reshape(of_places.shape[0], -1, *self.sides)
            for of_places in (seen, 1 - absent)
        )
        for block in self.blocks:
            maps = block(maps) * present
        mean = maps.sum((2, 3)) / present.sum((2, 3)).clamp(min=1)
        answer: PairDistances = self.answer(torch.cat([mean, maps.amax((2, 3))], 1)).squeeze(1)
        return answer


def _block(channels: int, kernel: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels, MAPS, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(MAPS),
        nn.ReLU(),
    )
