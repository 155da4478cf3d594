"""Batches of P labels with K items each, every pair of the batch used.

P*K items are encoded and P*K*(P*K - 1) comparisons learned from: over a hundred times the pairs
per encoded item that a batch of pairs has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.batches.batch import Batch
from gemel.batches.labels import LabelIndex

FORGED = -1
"""The code of a forgery: no row has it, so it matches nothing."""


@final
@dataclass(frozen=True)
class Classes:
    """`labels` labels x `items` items x `views` of each; `groups` limits a batch to so many groups.

    With two views an item stands twice in a batch, each time augmented in another way. Where labels
    have forgeries, some come along (`forged` is their share of what comes for a label): every item
    is compared with them, and they with nothing. With `turned` each group of a batch is turned as a
    whole by a random number of quarters: the turned labels act as new ones, and are still as alike
    among themselves. What may be warped as one is a label with its forgeries.

    >>> index = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    >>> (batch,) = Classes(index, labels=3, items=4).epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (12, (12, 11), 36)
    """

    index: LabelIndex
    labels: int
    items: int
    groups: int | None = None
    views: int = 1
    turned: bool = False
    forged: float = 0.5

    @property
    def steps(self) -> int:
        return max(1, self.index.item_count // (self.labels * self.items))

    @property
    def _forged(self) -> int:
        """How many forgeries come with the items of a label."""
        return round(self.items * self.forged / (1 - self.forged))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            chosen = self.index.draw_labels(self.labels, self.groups, rng)
            items = [self.index.draw_items(int(label), self.items, rng) for label in chosen]
            forged = [self.index.draw_forgeries(int(label), self._forged, rng) for label in chosen]
            forgeries = np.concatenate(forged)
            codes = [np.repeat(chosen, self.items), np.full(len(forgeries), FORGED)]
            batch = all_pairs(
                np.tile(np.concatenate([*items, forgeries]), self.views),
                np.tile(np.concatenate(codes), self.views),
            )
            of_label = [
                np.full(len(each), n % len(chosen)) for n, each in enumerate(items + forged)
            ]
            batch = replace(batch, groups=np.tile(np.concatenate(of_label), self.views))
            if self.turned:
                batch = replace(batch, turns=self._turns(batch.items, rng))
            yield batch

    def _turns(self, items: Indices, rng: np.random.Generator) -> Codes:
        group = self.index.group_of(items)
        turns: Codes = rng.integers(4, size=group.max() + 1)[group]
        return turns


def all_pairs(items: Indices, codes: Codes) -> Batch:
    """Each position, less the forgeries, against every other one.

    An item drawn twice stands there as two views; a forgery has the code `FORGED`.
    """
    n = len(items)
    rows = np.flatnonzero(codes != FORGED)
    columns = np.arange(n - 1) + (np.arange(n - 1) >= rows[:, None])
    return Batch(
        items=items,
        rows=rows,
        columns=columns,
        same=codes[rows][:, None] == codes[columns],
    )
