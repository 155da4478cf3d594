"""Batches of triplets: anchor, positive (same label) and negative (another label or a forgery)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Indices
from gemel.batches.batch import Batch
from gemel.batches.labels import LabelIndex


@final
@dataclass(frozen=True)
class Triplets:
    """`size` random triplets per batch; `groups=1` draws the negative from the anchor's group.

    If there are forgeries, the negative is one with probability `forged`.

    >>> index = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    >>> (batch,) = Triplets(index, size=8).epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (24, (8, 2), 8)
    """

    index: LabelIndex
    size: int = 128
    groups: int | None = None
    forged: float = 0.5

    @property
    def steps(self) -> int:
        return max(1, self.index.item_count // self.size)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        n = self.size
        for _ in range(self.steps):
            yield Batch(
                items=np.stack([self._triplet(rng) for _ in range(n)], axis=1).ravel(),
                rows=np.arange(n),
                columns=np.stack([np.arange(n, 2 * n), np.arange(2 * n, 3 * n)], axis=1),
                same=np.tile([True, False], (n, 1)),
            )

    def _triplet(self, rng: np.random.Generator) -> Indices:
        """(3,) an anchor, a positive and a negative."""
        claimed = self.index.draw_forged(self.forged, rng)
        if claimed is not None and claimed in self.index.paired:
            matching = self.index.draw_items(claimed, 2, rng)
            return np.concatenate([matching, self.index.draw_forgeries(claimed, 1, rng)])
        while True:
            own, other = self.index.draw_labels(2, self.groups, rng).tolist()
            if len(self.index.items[own]) > 1:
                break
        matching = self.index.draw_items(own, 2, rng)
        return np.concatenate([matching, self.index.draw_items(other, 1, rng)])
