"""Dynamic time warping: the cheapest path through a matrix of costs, for many pairs at once.

    D(i, j) = cost(i, j) + min( D(i-1, j), D(i, j-1), D(i-1, j-1) )

Sakoe & Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE
Transactions on Acoustics, Speech, and Signal Processing 26, 1978.
Differs from the paper: no window; a step along both items counts once, not twice as in its
symmetric form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import no_type_check

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

FAR = 1e6
"""The cost of forbidden cells: more than any path of real costs."""


def least_total(costs: Float[Tensor, "t u p"]) -> Float[Tensor, " p"]:
    """D(t, u) of each of p pairs.

    >>> least_total(torch.tensor([[1.0, 5.0], [2.0, 4.0]])[..., None]).tolist()
    [5.0]
    """
    skewed = _skewed(costs)
    if torch.compiler.is_compiling():
        # Exported as one loop, in place of a thousand unrolled operators.
        from torch._higher_order_ops.scan import scan  # has no public name yet

        first = skewed[0].clone()
        (last, _), _ = scan(_step, (first, torch.full_like(first, FAR)), skewed[1:])
    else:
        *_, last = _accumulated(skewed)
    total: Tensor = last[-1]
    return total


@torch.no_grad()
def best_path(costs: Float[Tensor, "t u p"]) -> tuple[Tensor, Tensor, Tensor]:
    """(s, p) indices i and j along each pair's best path, from its end, and a mask of its steps."""
    totals = torch.stack(list(_accumulated(_skewed(costs))))
    (steps, t, pairs), u = totals.shape, costs.shape[1]
    flat, pair = totals.flatten(), torch.arange(pairs, device=costs.device)
    i, j = torch.full_like(pair, t - 1), torch.full_like(pair, u - 1)
    path = [(i, j, torch.ones_like(pair, dtype=torch.bool))]
    for _ in range(steps - 1):
        # Totals read out of range are not used: at an edge only one move is left.
        here = ((i + j) * t + i) * pairs + pair
        left = here - t * pairs
        up, diagonal = left - pairs, left - (t + 1) * pairs
        total_left, total_up, total_diagonal = (
            flat[index.clamp(min=0)] for index in (left, up, diagonal)
        )
        lower_i = (i > 0) & ((j == 0) | (torch.minimum(total_up, total_diagonal) <= total_left))
        lower_j = (j > 0) & (~lower_i | (total_diagonal <= total_up))
        i, j = i - lower_i.long(), j - lower_j.long()
        path.append((i, j, lower_i | lower_j))
    i, j, on_path = (torch.stack(column) for column in zip(*path, strict=True))
    longest = int(on_path.sum(0).max())
    return i[:longest], j[:longest], on_path[:longest]


def _skewed(costs: Float[Tensor, "t u p"]) -> Float[Tensor, "k t p"]:
    """Costs indexed by antidiagonal k = i + j and i: a step of the recursion needs the last two."""
    t, u, pairs = costs.shape
    padded = F.pad(costs, (0, 0, 0, t), value=FAR).reshape(-1, pairs)
    return padded[:-t].reshape(t, t + u - 1, pairs).transpose(0, 1)  # shifts row i by i


@no_type_check  # the shape checker of the tests cannot be traced into a graph
def _step(carried: tuple[Tensor, Tensor], costs: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """D on antidiagonal k + 1, from D on k and D on k - 1 shifted by one place."""
    last, across = carried
    above = torch.cat([torch.full_like(last[:1], FAR), last[:-1]])
    total = costs + torch.minimum(torch.minimum(last, above), across)
    return (total, above), total[-1:].clone()


def _accumulated(skewed: Float[Tensor, "k t p"]) -> Iterator[Float[Tensor, "t p"]]:
    """The antidiagonals k of D, indexed by i."""
    carried = (skewed[0], torch.full_like(skewed[0], FAR))
    yield skewed[0]
    for costs in skewed[1:]:
        carried, _ = _step(carried, costs)
        yield carried[0]
