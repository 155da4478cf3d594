"""Batches of P labels with K items each, every pair of the batch used.

P*K items are encoded and P*K*(P*K - 1) comparisons learned from: over a hundred times the pairs
per encoded item that a batch of pairs has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.batches.batch import Batch
from gemel.batches.labels import LabelIndex


@final
@dataclass(frozen=True)
class Classes:
    """`labels` labels x `items` items x `views` of each; `groups` limits a batch to so many groups.

    With two views an item stands twice in a batch, each time augmented in another way.
    """

    index: LabelIndex
    labels: int
    items: int
    groups: int | None = None
    views: int = 1

    @property
    def steps(self) -> int:
        return max(1, self.index.item_count // (self.labels * self.items))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            chosen = self.index.draw_labels(self.labels, self.groups, rng)
            items = [self.index.draw_items(int(label), self.items, rng) for label in chosen]
            yield all_pairs(
                np.tile(np.concatenate(items), self.views),
                np.tile(np.repeat(chosen, self.items), self.views),
            )


def all_pairs(items: np.ndarray, codes: np.ndarray) -> Batch:
    """Each position against every other one; an item drawn twice stands there as two views."""
    n = len(items)
    columns = np.arange(n - 1) + (np.arange(n - 1) >= np.arange(n)[:, None])
    return Batch(
        items=items,
        rows=np.arange(n),
        columns=columns,
        same=codes[:, None] == codes[columns],
    )
