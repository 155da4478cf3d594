"""Alignment: every local descriptor of one item looks for its counterpart in the other.

    s(a, b) = sum_i w_i(a) * 1/t * log sum_j exp( t * (cos(a_i, b_j) - k * |p_i - p_j|^2) )
    d(a, b) = -( g * (s(a, b) + s(b, a)) / 2 + c ),     p(same) = sigmoid(-d)

a_i is the descriptor at place p_i of a's feature maps and w_i(a) = |a_i| / sum_j |a_j|: a longer
descriptor has more to say. A counterpart may lie elsewhere and costs the more the farther away it
is, so two drawings of one character agree although no stroke is where it was. Each item is encoded
once, and pairs cost two small products of matrices. The sharpness t, the stiffness k, the gain g
and the offset c are learned. A place whose descriptor is zero (behind the end of a text) neither
looks for a counterpart nor is one.

After Khattab & Zaharia, "ColBERT", SIGIR 2020, eq. 3 (the sum over the parts of one side of the
best match on the other), and Li et al., "Revisiting Local Descriptor based Image-to-Class Measure",
CVPR 2019.
Differs from the papers: a soft maximum, a price for distance, weights, and both directions.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.metric import Metric, Sides
from gemel.shapes import CrossDistances, EmbeddingSets

SHARPNESS, STIFFNESS, GAIN = 8.0, 0.13, 20.0
"""Where learning starts; the stiffness is a price in cosines for one step on the maps, squared."""
TINY = 1e-6
ABSENT = 2.0
"""The price, in cosines, of taking nothing for a counterpart: no descriptor is that far off."""
LEAST = 1e-37
"""What is smaller has no logarithm."""


def places_of(sides: Sides) -> Float[Tensor, "places 2"]:
    """The row and the column of each place of a map."""
    return torch.cartesian_prod(*(torch.arange(side, dtype=torch.float32) for side in sides))


class Described(NamedTuple):
    """(b, n, i, c) descriptors of unit length, (b, n, i) weights that add up to 1 for an item, and
    (b, n, i, 1) a 1 where there is no descriptor."""

    descriptors: Tensor
    weights: Float[Tensor, "b n i"]
    absent: Float[Tensor, "b n i 1"]

    def beside(self, *more: Tensor) -> Tensor:
        """The descriptors with more numbers, whose products come to the cosines for free."""
        return torch.cat([self.descriptors, *more], -1)


@final
class AlignmentMetric(Metric):
    """Embeddings are flattened maps of `sides`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = AlignmentMetric(64 * 7 * 7, (7, 7))
    >>> metric(torch.rand(1, 1, 3136), torch.rand(1, 20, 3136)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True
    squared_steps: Float[Tensor, "places places"]

    def __init__(self, size: int, sides: Sides = (1, 1), *, stiffness: float = STIFFNESS) -> None:
        super().__init__(size, sides)
        self.log_sharpness = nn.Parameter(torch.tensor(log(SHARPNESS)))
        self.log_stiffness = nn.Parameter(torch.tensor(log(stiffness)))
        self.log_gain = nn.Parameter(torch.tensor(log(GAIN)))
        self.offset = nn.Parameter(torch.zeros(()))
        places = places_of(sides)
        steps = places[:, None] - places
        self.register_buffer("squared_steps", steps.square().sum(-1), persistent=False)

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        ours, theirs = self.described(left), self.described(right)
        if self.training:
            agreement = self._found_both_ways(ours, theirs)
        else:
            # What is asked for twice, once each way, may be exchanged to the last bit.
            agreement = self._found(ours, theirs) + self._found(theirs, ours).transpose(1, 2)
        return -(self.log_gain.exp() * agreement / 2 + self.offset)

    def described(self, embeddings: EmbeddingSets) -> Described:
        """The descriptors of all items at all places, with their weights."""
        sets, items, _ = embeddings.shape
        maps = embeddings.reshape(sets, items, -1, len(self.squared_steps)).transpose(-1, -2)
        square = maps.square().sum(-1)
        length = (square + TINY).sqrt()
        present = (square > 0).to(length.dtype)
        weights = length * present
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=TINY)
        return Described(maps / length.unsqueeze(-1), weights, (1 - present).unsqueeze(-1))

    def _found(self, searching: Described, searched: Described) -> Float[Tensor, "b n m"]:
        """How well the descriptors of each item are found in each of the others: s(a, b)."""
        descriptors = searching.beside(torch.ones_like(searching.absent))
        candidates = searched.beside(-ABSENT * searched.absent)
        b, n, places, _ = descriptors.shape
        sharpness = self.log_sharpness.exp()
        cosine = (sharpness * descriptors).flatten(1, 2) @ candidates.flatten(1, 2).transpose(1, 2)
        cost = sharpness * (1 + self.log_stiffness.exp() * self.squared_steps)
        near = (cosine.reshape(b, n, places, -1, places) - cost[:, None]).exp()
        best = near.sum(-1).clamp(min=LEAST).log() / sharpness + 1
        return (best * searching.weights.unsqueeze(-1)).sum(2)

    def _found_both_ways(self, ours: Described, theirs: Described) -> Float[Tensor, "b n m"]:
        """s(a, b) + s(b, a) with one exponential for both: a fraction of the time and memory."""
        one = torch.ones_like(ours.absent), torch.ones_like(theirs.absent)
        left = ours.beside(one[0], ours.absent)
        right = theirs.beside(-ABSENT * theirs.absent, -ABSENT * one[1])
        (b, n, places, _), m = left.shape, right.shape[1]
        sharpness = self.log_sharpness.exp()
        cosine = (sharpness * left).flatten(1, 2) @ right.flatten(1, 2).transpose(1, 2)
        cost = sharpness * (1 + self.log_stiffness.exp() * self.squared_steps)
        # No exponent is above 0, and a descriptor's own place keeps the sum from vanishing.
        near = (cosine.reshape(b, n, places, m, places) - cost[:, None]).exp()
        there = near.sum(4).clamp(min=LEAST).log() * ours.weights.unsqueeze(-1)
        back = near.sum(2).clamp(min=LEAST).log() * theirs.weights.unsqueeze(1)
        found: Tensor = (there.sum(2) + back.sum(3)) / sharpness
        return found + ours.weights.sum(-1).unsqueeze(2) + theirs.weights.sum(-1).unsqueeze(1)
