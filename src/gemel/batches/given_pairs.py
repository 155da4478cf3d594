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


def shared_out(
    order: Indices, lengths: Indices | None, steps: int, rng: np.random.Generator
) -> list[Indices]:
    """Positions of pairs in `steps` batches of equal size, or one more.

    With `lengths` (n,) they are sorted by length within stretches of `STRETCH` batches, so that
    little of a batch is padding; batches still come in random order.

    >>> order = np.array([2, 0, 1, 3, 4])
    >>> [len(each) for each in shared_out(order, None, 2, np.random.default_rng(0))]
    [3, 2]
    """
    if not steps:
        return []
    if lengths is None:
        return np.array_split(order, steps)
    stretch = np.arange(len(order)) * steps // (STRETCH * len(order))
    batches = np.array_split(order[np.lexsort((lengths[order], stretch))], steps)
    return [batches[place] for place in rng.permutation(steps)]


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

    At most `size` a batch, and all batches nearly equal: a last one of a single pair would leave
    batch normalisation nothing to compare. With `lengths` (n,) of pairs, those that share a batch
    are of about one length, in new company every epoch. `grades` (n,) are for graded losses.

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
        for chosen in shared_out(order, self.lengths, self.steps, rng):
            grades = None if self.grades is None else self.grades[chosen]
            yield pair_batch(self.left[chosen], self.right[chosen], self.same[chosen], grades)
