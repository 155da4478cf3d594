"""Warping metric: dynamic time warping (DTW) of learned descriptors.

    D(i, j) = |a_i - b_j| + min( D(i-1, j), D(i, j-1), D(i-1, j-1) )
    d(a, b) = g * D(n, m) / (n + m) - c,      p(same) = sigmoid(-d)

a_i is the descriptor at the i-th of a's n places along time; zero descriptors behind all others are
padding, and an item of zeros alone has one place. Unlike in `alignment`, order is kept, every place
is matched, and staying at a place while the other item advances has a cost; so places should be
equally spaced in time, not equal fractions of an item. The gain g and the offset c are learned.

Almost everywhere the best path is locally constant in the descriptors, so the gradient of D is that
of the costs along it: training finds the path without gradients and differentiates only those.

Sakoe & Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE
Transactions on Acoustics, Speech, and Signal Processing 26, 1978. Learned descriptors under it: Wu,
Kimura, Iwana, Uchida & Kashino, "Deep dynamic time warping: end-to-end local representation
learning for online signature verification", ICDAR 2019.
Differs from the papers: no window; a step along both items counts once (in Sakoe & Chiba's
symmetric form twice), though the sum is divided by both lengths, as theirs is.
"""

from __future__ import annotations

from math import log, sqrt
from typing import NamedTuple, final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.errors import RecipeError
from gemel.metrics.metric import MapSize, Metric
from gemel.metrics.time_warping import FAR, best_path, least_total
from gemel.shapes import CrossDistances, EmbeddingSets

GAIN = 20.0
"""Initial value of g."""
TINY = 1e-6


class Track(NamedTuple):
    """Descriptors along time (b, n, t, c), and (b, n, t) with 1 for a place and 0 for padding."""

    descriptors: Tensor
    present: Float[Tensor, "b n t"]

    @property
    def counts(self) -> Float[Tensor, "b n"]:
        return self.present.sum(-1)

    @property
    def marked(self) -> Tensor:
        """The descriptors, with a column that puts padding at least `FAR` from real places."""
        return torch.cat([self.descriptors, FAR * (1 - self.present).unsqueeze(-1)], -1)


@final
class WarpingMetric(Metric):
    """Embeddings are flattened maps along time: (b, n, d) and (b, m, d) to (b, n, m).

    Raises `RecipeError` for two-dimensional maps.

    >>> metric = WarpingMetric(16 * 64, (1, 64))
    >>> metric(torch.rand(1, 1, 1024), torch.rand(1, 20, 1024)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True

    def __init__(self, size: int, map_size: MapSize = (1, 1)) -> None:
        super().__init__(size, map_size)
        if map_size[0] != 1:
            raise RecipeError(
                "warping needs maps along time, of 1 x t places, and the encoder's have "
                f"{map_size[0]} x {map_size[1]}: choose an encoder of sequences that keeps their "
                "places, or metric.name=alignment"
            )
        self.log_gain = nn.Parameter(torch.tensor(log(GAIN)))
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        ours, theirs = self._track(left), self._track(right)
        warped = (_along_paths if self.training else _least)(ours, theirs)
        length = ours.counts.unsqueeze(2) + theirs.counts.unsqueeze(1)
        return self.log_gain.exp() * warped / length - self.offset

    def _track(self, embeddings: EmbeddingSets) -> Track:
        """The descriptors and one place of padding, through which all paths leave the item."""
        maps = self.descriptors(embeddings)
        if self.training:
            used = (maps != 0).any(-1).any(0).any(0).nonzero()
            maps = maps[:, :, : int(used.max()) + 1 if len(used) else 1]
        maps = F.pad(maps, (0, 0, 0, 1))
        present = (maps != 0).any(-1).flip(-1).cumsum(-1).flip(-1) > 0
        present = torch.cat([torch.ones_like(present[..., :1]), present[..., 1:]], -1)
        return Track(maps, present.to(maps.dtype))


def _costs(ours: Track, theirs: Track, *, both_ways: bool) -> Float[Tensor, "t u b n m"]:
    """The cost of every pair of places: 0 if both are padding, at least `FAR` if one is.

    Places are the leading axes, so that each step of the recursion reads contiguous memory.
    `both_ways` computes products in both orders, which makes the costs exactly symmetric.
    """
    (b, n, t, _), (m, u) = ours.descriptors.shape, theirs.descriptors.shape[1:3]
    a, z = (track.marked.transpose(1, 2).flatten(1, 2) for track in (ours, theirs))
    squares = a.square().sum(-1).unsqueeze(2) + z.square().sum(-1).unsqueeze(1)
    if both_ways:
        inner = a @ z.transpose(1, 2) + (z @ a.transpose(1, 2)).transpose(1, 2)
        squares = squares - inner
    else:
        squares = torch.baddbmm(squares, a, z.transpose(1, 2), alpha=-2)
    costs = squares.clamp_(min=0).add_(TINY).sqrt_() - sqrt(TINY)
    return costs.reshape(b, t, n, u, m).permute(1, 3, 0, 2, 4)


def _least(ours: Track, theirs: Track) -> CrossDistances:
    """D(n, m) for use outside training."""
    costs = _costs(ours, theirs, both_ways=True)
    return least_total(costs.flatten(2)).reshape(costs.shape[2:])


def _along_paths(ours: Track, theirs: Track) -> CrossDistances:
    """D(n, m), differentiable, from the exact costs along the best paths.

    `_least` is faster, but expands the squares: there a long descriptor's distance to itself is
    some thousandths of its length.
    """
    with torch.no_grad():
        costs = _costs(ours, theirs, both_ways=False)
    t, u, b, n, m = costs.shape
    i, j, on_path = best_path(costs.flatten(2))
    pair = torch.arange(b * n * m, device=costs.device)
    row, column = pair // m, pair // (n * m) * m + pair % m
    a = ours.descriptors.flatten(0, 2)[row * t + i]
    z = theirs.descriptors.flatten(0, 2)[column * u + j]
    counted = (ours.present.flatten()[row * t + i] > 0) & on_path
    cost = ((a - z).square().sum(-1) + TINY).sqrt() - sqrt(TINY)
    return (cost * counted).sum(0).reshape(b, n, m)
