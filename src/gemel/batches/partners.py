"""Batches of matching pairs with in-batch negatives: the right items of the other pairs.

M. Henderson et al., "Efficient natural language response suggestion for Smart Reply", 2017, section
4.4: in a batch of n pairs each left item is compared with all n right items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.batches.batch import Batch
from gemel.batches.given_pairs import in_batches
from gemel.functional.components import components


@final
@dataclass(frozen=True)
class Partners:
    """Every matching pair once per epoch, in random order, at most `size` per batch.

    Items that are connected by a chain of matching pairs count as matching. An item that is on both
    sides of a batch meets its partner once more in place of itself. With the `lengths` (n,) of
    pairs, each batch has pairs of similar length, as in `GivenPairs`.

    >>> partners = Partners(np.array([0, 2]), np.array([1, 3]), size=2)
    >>> (batch,) = partners.epoch(np.random.default_rng(0))
    >>> batch.same.tolist()
    [[True, False], [False, True]]
    """

    left: Indices
    right: Indices
    size: int = 128
    lengths: Indices | None = None

    @cached_property
    def _component(self) -> Codes:
        """The connected component of each item in the graph of matching pairs."""
        return components(int(max(self.left.max(), self.right.max())) + 1, self.left, self.right)

    @property
    def steps(self) -> int:
        return -(-len(self.left) // self.size)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(len(self.left))
        for chosen in in_batches(order, self.lengths, self.steps, rng):
            yield self._batch(chosen)

    def _batch(self, chosen: Indices) -> Batch:
        left, right, n = self.left[chosen], self.right[chosen], len(chosen)
        own, others = np.arange(n, 2 * n)[:, None], np.arange(n, 2 * n)
        return Batch(
            items=np.concatenate([left, right]),
            rows=np.arange(n),
            columns=np.where(left[:, None] == right, own, others),
            same=self._component[left][:, None] == self._component[right],
        )
