"""Batches of pairs that are given: a table's labelled pairs, or the notes' consecutive ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats, Indices, Same
from gemel.batches.batch import Batch

STRETCH = 16
"""Batches within which pairs are sorted by length."""


def alike(order: Indices, lengths: Indices, size: int) -> Indices:
    """Positions of pairs sorted by length within stretches of `STRETCH` batches of `size`."""
    stretch = np.arange(len(order)) // (STRETCH * size)
    return order[np.lexsort((lengths[order], stretch))]


def pair_batch(left: Indices, right: Indices, same: Same, grades: Floats | None = None) -> Batch:
    """Row i compares left[i] with right[i] alone. Twice as many items as pairs, always."""
    n = len(same)
    return Batch(
        items=np.concatenate([left, right]),
        rows=np.arange(n),
        columns=np.arange(n, 2 * n)[:, None],
        same=same[:, None],
        grades=None if grades is None else grades[:, None].astype(np.float32),
    )


@final
@dataclass(frozen=True)
class GivenPairs:
    """Every given pair `times` an epoch, in a new order.

    With `lengths` (n,) of pairs, those that share a batch are of about one length: little of it is
    padding then; batches still come in random order, and pairs of a length in new company.
    `grades` (n,) are for graded losses.

    >>> pairs = GivenPairs(np.array([0, 0]), np.array([1, 2]), np.array([True, False]))
    >>> (batch,) = pairs.epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (4, (2, 1), 1)
    """

    left: Indices
    right: Indices
    same: Same
    size: int = 128
    times: int = 1
    lengths: Indices | None = None
    grades: Floats | None = None

    @property
    def steps(self) -> int:
        return -(-len(self.same) * self.times // self.size)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(len(self.same) * self.times) % len(self.same)
        starts = np.arange(0, len(order), self.size)
        if self.lengths is not None:
            order, starts = alike(order, self.lengths, self.size), rng.permutation(starts)
        for start in starts:
            chosen = order[start : start + self.size]
            grades = None if self.grades is None else self.grades[chosen]
            yield pair_batch(self.left[chosen], self.right[chosen], self.same[chosen], grades)
