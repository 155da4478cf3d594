"""Batches of P labels with K items each, in which every item is compared with every other.

Each encoded item takes part in P*K - 1 comparisons as a row, where a batch of pairs has one
comparison per two encoded items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.batches.batch import Batch, all_others
from gemel.batches.labels import LabelIndex

FORGED = -1
"""The code of a forgery. No row has it, so a forgery matches nothing."""


@final
@dataclass(frozen=True)
class Classes:
    """`labels` labels x `items` items x `views` views; labels come from `groups` groups if given.

    With two views an item occurs twice in a batch, augmented independently. If labels have
    forgeries, these make up the share `forged` of what is drawn for a label; they are columns only,
    and match no row. With `turned`, all items of a group are rotated by the same random number of
    quarter turns: rotated labels act as new ones, and labels of a group stay equally alike.
    The warp groups of the batch are its labels, each with its forgeries.

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
    def _forgeries_per_label(self) -> int:
        return round(self.items * self.forged / (1 - self.forged))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            chosen = self.index.draw_labels(self.labels, self.groups, rng)
            items = [self.index.draw_items(label, self.items, rng) for label in chosen.tolist()]
            forged = [
                self.index.draw_forgeries(label, self._forgeries_per_label, rng)
                for label in chosen.tolist()
            ]
            drawn = items + forged
            codes = [np.repeat(chosen, self.items), np.full(sum(map(len, forged)), FORGED)]
            batch = all_pairs(
                np.tile(np.concatenate(drawn), self.views),
                np.tile(np.concatenate(codes), self.views),
            )
            groups = np.repeat(np.arange(len(drawn)) % len(chosen), [len(each) for each in drawn])
            batch = replace(batch, groups=np.tile(groups, self.views))
            if self.turned:
                batch = replace(batch, turns=self._turns(batch.items, rng))
            yield batch

    def _turns(self, items: Indices, rng: np.random.Generator) -> Codes:
        group = self.index.group_of(items)
        turns: Codes = rng.integers(4, size=group.max() + 1)[group]
        return turns


def all_pairs(items: Indices, codes: Codes) -> Batch:
    """Compare every item except forgeries with every other item of the batch.

    `codes` (n,) are the labels of `items`, or `FORGED`. An item drawn twice counts as two views.
    """
    rows = np.flatnonzero(codes != FORGED)
    columns = all_others(rows, len(items))
    return Batch(
        items=items,
        rows=rows,
        columns=columns,
        same=codes[rows][:, None] == codes[columns],
    )
