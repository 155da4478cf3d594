"""Batches of a fixed list of pairs: labelled pairs of a table, or pairs sampled in advance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats, Indices, Same
from gemel.batches.batch import Batch

STRETCH = 16
"""Number of batches within which pairs are sorted by length."""


def in_batches(
    order: Indices, lengths: Indices | None, steps: int, rng: np.random.Generator
) -> list[Indices]:
    """Divide the pairs of `order` into `steps` batches whose sizes differ by at most one.

    With the `lengths` of all pairs, these are sorted by length within stretches of `STRETCH`
    batches, which saves padding; the batches are then shuffled.

    >>> order = np.array([2, 0, 1, 3, 4])
    >>> [len(each) for each in in_batches(order, None, 2, np.random.default_rng(0))]
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
    """Compare left[i] with right[i] only. An item of several pairs is encoded once per pair."""
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
    """Every given pair, `times` times per epoch, in random order.

    Batches have at most `size` pairs and differ by at most one, so that no epoch ends with a batch
    too small for batch normalisation. With the `lengths` (n,) of pairs, each batch has pairs of
    similar length. `grades` (n,) are similarities in 0–1 for graded losses.

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
        for chosen in in_batches(order, self.lengths, self.steps, rng):
            grades = None if self.grades is None else self.grades[chosen]
            yield pair_batch(self.left[chosen], self.right[chosen], self.same[chosen], grades)
