"""Batches of random pairs, half of them matching.

Koch et al. 2015, section 4.2: a label is drawn for each pair, then its items; a different pair
takes its second item from another label, or from the forgeries of the first. Pairs are drawn on the
fly: 964 characters with 20 drawings each have 185,849,560.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Indices
from gemel.batches.batch import Batch
from gemel.batches.given_pairs import pair_batch
from gemel.batches.labels import LabelIndex


@final
@dataclass(frozen=True)
class RandomPairs:
    """`size` random pairs per batch, and `per_epoch` per epoch (default: one per item).

    `groups=1` draws the two labels of a different pair from one group. If there are forgeries, a
    different pair has one with probability `forged`.

    >>> index = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    >>> (batch,) = RandomPairs(index, size=8).epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (16, (8, 1), 4)
    """

    index: LabelIndex
    size: int = 128
    per_epoch: int | None = None
    groups: int | None = None
    forged: float = 0.5

    @property
    def steps(self) -> int:
        return max(1, (self.per_epoch or self.index.item_count) // self.size)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            same = np.arange(self.size) < self.size // 2
            left, right = np.stack([self._pair(match, rng) for match in same.tolist()], axis=1)
            yield pair_batch(left, right, same)

    def _pair(self, same: bool, rng: np.random.Generator) -> Indices:
        """(2,) the items of a matching or of a different pair."""
        if same:
            return self.index.draw_items(int(rng.choice(self.index.paired)), 2, rng)
        claimed = self.index.draw_forged(self.forged, rng)
        if claimed is not None:
            own = self.index.draw_items(claimed, 1, rng)
            return np.concatenate([own, self.index.draw_forgeries(claimed, 1, rng)])
        labels = self.index.draw_labels(2, self.groups, rng)
        return np.concatenate([self.index.draw_items(label, 1, rng) for label in labels.tolist()])
