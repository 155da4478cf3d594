"""Dynamic time warping of learned descriptors: what comes after what, each item at its own pace.

    D(i, j) = |a_i - b_j| + min( D(i-1, j), D(i, j-1), D(i-1, j-1) )
    d(a, b) = g * D(n, m) / (n + m) - c,      p(same) = sigmoid(-d)

a_i is the descriptor at the i-th place of a map along time, and n is how many places a has: one
whose descriptor is zero lies behind the end. Unlike in `alignment` the order is kept, all is used
up, and dwelling where the other goes on costs at every place; so places should be equally far apart
in time, and not equal shares of an item. The gain g and the offset c are learned.

A small change of the descriptors leaves the best path where it is, so the gradient of D is that of
the costs along it: the path is looked for without one, and only what lies on it is learned from.

Sakoe & Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE
Transactions on Acoustics, Speech, and Signal Processing 26, 1978, without a window. Learned
descriptors under it: Wu, Kimura, Iwana, Uchida & Fukumizu, "Deep dynamic time warping: end-to-end
local representation learning for online signature verification", ICDAR 2019.
Differs from the papers: no window; the length of both items divides, and not that of the path.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log, sqrt
from typing import NamedTuple, final, no_type_check

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gemel.errors import RecipeError
from gemel.metrics.metric import Metric, Sides
from gemel.shapes import CrossDistances, EmbeddingSets

GAIN = 20.0
"""Where learning starts."""
TINY = 1e-6
FAR = 1e6
"""The cost of what no path may go through: more than any path of real costs."""


class Track(NamedTuple):
    """(b, n, t, c) descriptors in time, and (b, n, t) a 1 where there is one and a 0 behind."""

    descriptors: Tensor
    present: Float[Tensor, "b n t"]

    @property
    def counts(self) -> Float[Tensor, "b n"]:
        return self.present.sum(-1)

    @property
    def marked(self) -> Tensor:
        """The descriptors, and a number that keeps what has ended away from what has not."""
        return torch.cat([self.descriptors, FAR * (1 - self.present).unsqueeze(-1)], -1)


@final
class WarpingMetric(Metric):
    """Embeddings are flattened maps along time: (b, n, d) and (b, m, d) to (b, n, m).

    Raises `RecipeError` for maps with two sides, which have no one order.

    >>> metric = WarpingMetric(16 * 64, (1, 64))
    >>> metric(torch.rand(1, 1, 1024), torch.rand(1, 20, 1024)).shape
    torch.Size([1, 1, 20])
    """

    learned = True
    reads_maps = True

    def __init__(self, size: int, sides: Sides = (1, 1)) -> None:
        super().__init__(size, sides)
        if sides[0] != 1:
            raise RecipeError(
                f"warping goes along time, and the encoder's maps have {sides[0]} x {sides[1]} "
                "places: choose one that keeps places of a sequence, or metric.name=alignment"
            )
        self.log_gain = nn.Parameter(torch.tensor(log(GAIN)))
        self.offset = nn.Parameter(torch.zeros(()))

    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances:
        ours, theirs = self._track(left), self._track(right)
        warped = (_along_paths if self.training else _least)(ours, theirs)
        together = ours.counts.unsqueeze(2) + theirs.counts.unsqueeze(1)
        return self.log_gain.exp() * warped / together.clamp(min=1) - self.offset

    def _track(self, embeddings: EmbeddingSets) -> Track:
        """Always with a place behind the end: what has ended waits there for the other's end."""
        sets, items, _ = embeddings.shape
        maps = embeddings.reshape(sets, items, -1, self.sides[1]).transpose(-1, -2)
        if self.training:
            used = (maps != 0).any(-1).any(0).any(0).nonzero()
            maps = maps[:, :, : int(used.max()) + 1 if len(used) else 1]
        maps = F.pad(maps, (0, 0, 0, 1))
        return Track(maps, (maps.square().sum(-1) > 0).to(maps.dtype))


def _costs(ours: Track, theirs: Track, *, both_ways: bool) -> Float[Tensor, "t u b n m"]:
    """Of every place beside every other. Both have ended: 0; only one has: `FAR` or more.

    Places come first, so that every step of the recursion runs along memory. With products taken
    both ways the sides may be exchanged to the last bit.
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


def _skewed(costs: Float[Tensor, "t u p"]) -> Float[Tensor, "k t p"]:
    """By k = i + j and i: all that a step of the recursion needs is of the two steps before it."""
    t, u, pairs = costs.shape
    longer = F.pad(costs, (0, 0, 0, t), value=FAR).reshape(-1, pairs)
    return longer[:-t].reshape(t, t + u - 1, pairs).transpose(0, 1)  # row i begins i later


@no_type_check  # what checks shapes in the tests has a stack of its own, which no graph can hold
def _step(carried: tuple[Tensor, Tensor], costs: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """D for k + 1 from what it is for k, and for k - 1 one place later."""
    last, across = carried
    above = torch.cat([torch.full_like(last[:1], FAR), last[:-1]])
    total = costs + torch.minimum(torch.minimum(last, above), across)
    return (total, above), total[-1:].clone()


def _accumulated(skewed: Float[Tensor, "k t p"]) -> Iterator[Float[Tensor, "t p"]]:
    """D by k and i."""
    carried = (skewed[0], torch.full_like(skewed[0], FAR))
    yield skewed[0]
    for costs in skewed[1:]:
        carried, _ = _step(carried, costs)
        yield carried[0]


def _least(ours: Track, theirs: Track) -> CrossDistances:
    costs = _costs(ours, theirs, both_ways=True)
    skewed = _skewed(costs.flatten(2))
    if torch.compiler.is_compiling():
        # One loop in the exported network, in place of a thousand operators one after the other.
        from torch._higher_order_ops.scan import scan  # of no public name yet, so needed here alone

        first = skewed[0].clone()
        (last, _), _ = scan(_step, (first, torch.full_like(first, FAR)), skewed[1:])
    else:
        *_, last = _accumulated(skewed)
    least: CrossDistances = last[-1].reshape(costs.shape[2:])
    return least


@torch.no_grad()
def _best_path(costs: Float[Tensor, "t u p"]) -> tuple[Tensor, Tensor, Tensor]:
    """(s, p) the places i and j on each pair's best path, from its end, and whether it goes on."""
    totals = torch.stack(list(_accumulated(_skewed(costs))))
    (steps, t, pairs), u = totals.shape, costs.shape[1]
    flat, pair = totals.flatten(), torch.arange(pairs, device=costs.device)
    i, j = torch.full_like(pair, t - 1), torch.full_like(pair, u - 1)
    path = [(i, j, torch.ones_like(pair, dtype=torch.bool))]
    for _ in range(steps - 1):
        # What is out of range is read somewhere and not heeded: at an edge one way alone is left.
        place = ((i + j) * t + i) * pairs + pair
        back = place - t * pairs
        up, diagonal = back - pairs, back - (t + 1) * pairs
        behind, above, across = (flat[each.clamp(min=0)] for each in (back, up, diagonal))
        down_i = (i > 0) & ((j == 0) | (torch.minimum(above, across) <= behind))
        down_j = (j > 0) & (~down_i | (across <= above))
        i, j = i - down_i.long(), j - down_j.long()
        path.append((i, j, down_i | down_j))
    i, j, goes_on = (torch.stack(column) for column in zip(*path, strict=True))
    longest = int(goes_on.sum(0).max())
    return i[:longest], j[:longest], goes_on[:longest]


def _along_paths(ours: Track, theirs: Track) -> CrossDistances:
    """The exact costs along the best paths. `_least` expands squares, which is faster, and there a
    long descriptor lies some thousandths of its length from itself.
    """
    with torch.no_grad():
        costs = _costs(ours, theirs, both_ways=False)
    t, u, b, n, m = costs.shape
    i, j, goes_on = _best_path(costs.flatten(2))
    pair = torch.arange(b * n * m, device=costs.device)
    row, column = pair // m, pair // (n * m) * m + pair % m
    a = ours.descriptors.flatten(0, 2)[row * t + i]
    z = theirs.descriptors.flatten(0, 2)[column * u + j]
    on_both = (ours.present.flatten()[row * t + i] > 0) & goes_on
    apart = ((a - z).square().sum(-1) + TINY).sqrt() - sqrt(TINY)
    return (apart * on_both).sum(0).reshape(b, n, m)
