"""Batches of triplets: anchor, positive (same label) and negative (another label or a forgery)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

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
            anchors, positives, negatives = np.array([self._triplet(rng) for _ in range(n)]).T
            yield Batch(
                items=np.concatenate([anchors, positives, negatives]),
                rows=np.arange(n),
                columns=np.stack([np.arange(n, 2 * n), np.arange(2 * n, 3 * n)], axis=1),
                same=np.tile([True, False], (n, 1)),
            )

    def _triplet(self, rng: np.random.Generator) -> tuple[int, int, int]:
        claimed = self.index.draw_forged(self.forged, rng)
        if claimed is not None and claimed in self.index.paired:
            anchor, positive = self.index.draw_items(claimed, 2, rng)
            (forgery,) = self.index.draw_forgeries(claimed, 1, rng)
            return int(anchor), int(positive), int(forgery)
        while True:
            labels = self.index.draw_labels(2, self.groups, rng)
            if len(self.index.items[labels[0]]) > 1:
                break
        anchor, positive = self.index.draw_items(int(labels[0]), 2, rng)
        negative = self.index.draw_items(int(labels[1]), 1, rng)[0]
        return int(anchor), int(positive), int(negative)
