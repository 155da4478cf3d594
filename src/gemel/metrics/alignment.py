"""Alignment metric: soft matching of every local descriptor of one item to those of the other.

    s(a, b) = sum_i w_i(a) * 1/t * log sum_j exp( t * (cos(a_i, b_j) - k * |p_i - p_j|^2) )
    d(a, b) = -( g * (s(a, b) + s(b, a)) / 2 + c ),     p(same) = sigmoid(-d)

a_i is the descriptor at place p_i of a's feature maps, and w_i(a) = |a_i| / sum_j |a_j| its weight.
A match at another place is penalised by the squared displacement, so two drawings of one character
agree although their strokes are displaced. Each item is encoded once, and a pair costs one small
matrix product per direction. The sharpness t, stiffness k, gain g and offset c are learned. Zero
descriptors (the padding of texts) are ignored.

After Khattab & Zaharia, "ColBERT", SIGIR 2020, eq. 3 (the sum over the parts of one side of the
best match on the other), and Li et al., "Revisiting Local Descriptor based Image-to-Class Measure",
CVPR 2019.
Differs from the papers: a soft maximum, a penalty for displacement, weights, and both directions.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gemel.metrics.metric import MapSize, Metric
from gemel.shapes import CrossDistances, EmbeddingSets

SHARPNESS, STIFFNESS, GAIN = 8.0, 0.13, 20.0
"""Initial values; the stiffness is in units of cosine per squared step on the maps."""
TINY = 1e-6
ABSENT = 2.0
"""Subtracted from the cosine of a match with an absent descriptor: the whole range of cosines."""
LEAST = 1e-37
"""Lower bound of the argument of the logarithm."""


def places_of(map_size: MapSize) -> Float[Tensor, "places 2"]:
    """The row and column of each place of a map."""
    return torch.cartesian_prod(*(torch.arange(side, dtype=torch.float32) for side in map_size))


class Described(NamedTuple):
    """Unit-length descriptors (b, n, i, c) at i places, their weights (b, n, i), which sum to 1 for
    each item, and (b, n, i, 1) with a 1 where the descriptor is absent."""

    descriptors: Tensor
    weights: Float[Tensor, "b n i"]
    absent: Float[Tensor, "b n i 1"]

    def beside(self, *more: Tensor) -> Tensor:
        """The descriptors with further columns, whose products are added to the cosines."""
        return torch.cat([self.descriptors, *more], -1)


@final
class AlignmentMetric(Metric):
    """Embeddings are flattened maps of `map_size`: (b, n, d) and (b, m, d) to (b, n, m).

    >>> metric = AlignmentMetric(64 * 7 * 7, (7, 7))
    >>> metric(torch.rand(1, 1, 3136), torch.rand(1, 20, 3136)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True
    squared_steps: Float[Tensor, "places places"]

    def __init__(
        self, size: int, map_size: MapSize = (1, 1), *, stiffness: float = STIFFNESS
    ) -> None:
        super().__init__(size, map_size)
        self.log_sharpness = nn.Parameter(torch.tensor(log(SHARPNESS)))
        self.log_stiffness = nn.Parameter(torch.tensor(log(stiffness)))
        self.log_gain = nn.Parameter(torch.tensor(log(GAIN)))
        self.offset = nn.Parameter(torch.zeros(()))
        places = places_of(map_size)
        steps = places[:, None] - places
        self.register_buffer("squared_steps", steps.square().sum(-1), persistent=False)

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        ours, theirs = self.described(left), self.described(right)
        if self.training:
            agreement = self._found_both_ways(ours, theirs)
        else:
            # Computing each direction separately makes the distance exactly symmetric.
            agreement = self._found(ours, theirs) + self._found(theirs, ours).transpose(1, 2)
        return -(self.log_gain.exp() * agreement / 2 + self.offset)

    def described(self, embeddings: EmbeddingSets) -> Described:
        """The normalised descriptors of all items, with their weights."""
        maps = self.descriptors(embeddings)
        square = maps.square().sum(-1)
        length = (square + TINY).sqrt()
        present = (square > 0).to(length.dtype)
        weights = length * present
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=TINY)
        return Described(maps / length.unsqueeze(-1), weights, (1 - present).unsqueeze(-1))

    def _found(self, searching: Described, searched: Described) -> Float[Tensor, "b n m"]:
        """s(a, b): how well the descriptors of each item match those of each of the others."""
        near = self._nearness(
            searching.beside(torch.ones_like(searching.absent)),
            searched.beside(-ABSENT * searched.absent),
        )
        best = near.sum(-1).clamp(min=LEAST).log() / self.log_sharpness.exp() + 1
        return (best * searching.weights.unsqueeze(-1)).sum(2)

    def _found_both_ways(self, ours: Described, theirs: Described) -> Float[Tensor, "b n m"]:
        """s(a, b) + s(b, a) from one exponential, at a fraction of the time and memory."""
        penalty = -ABSENT * torch.ones_like(theirs.absent)
        near = self._nearness(
            ours.beside(torch.ones_like(ours.absent), ours.absent),
            theirs.beside(-ABSENT * theirs.absent, penalty),
        )
        there = near.sum(4).clamp(min=LEAST).log() * ours.weights.unsqueeze(-1)
        back = near.sum(2).clamp(min=LEAST).log() * theirs.weights.unsqueeze(1)
        found: Tensor = (there.sum(2) + back.sum(3)) / self.log_sharpness.exp()
        return found + ours.weights.sum(-1).unsqueeze(2) + theirs.weights.sum(-1).unsqueeze(1)

    def _nearness(self, left: Tensor, right: Tensor) -> Float[Tensor, "b n i m j"]:
        """exp( t * (cos - 1 - k * steps) ) of the descriptors at every two places of every pair.

        Exponents are at most 0, and the term without displacement keeps the sum from underflow.
        """
        b, n, places, _ = left.shape
        sharpness = self.log_sharpness.exp()
        cosine = (sharpness * left).flatten(1, 2) @ right.flatten(1, 2).transpose(1, 2)
        cost = sharpness * (1 + self.log_stiffness.exp() * self.squared_steps)
        return (cosine.reshape(b, n, places, -1, places) - cost[:, None]).exp()
