"""Sequences: episodes presented one item at a time, N labels with K items each in random order.

Santoro et al., "Meta-Learning with Memory-Augmented Neural Networks", ICML 2016, section 2: class
numbers are reassigned in every episode, so that the network cannot memorise labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.batches.batch import Batch, all_others
from gemel.batches.labels import LabelIndex
from gemel.errors import DataError


@final
@dataclass(frozen=True)
class Sequences:
    """`size` sequences per batch, concatenated, each of `ways` labels x `items` items.

    Each item is compared with every other one of its sequence; `classes` are its class numbers.
    Raises DataError if there are fewer than `ways` labels.

    >>> index = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    >>> (batch,) = Sequences(index, ways=3, items=4, size=1).epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, np.bincount(batch.classes).tolist()
    (12, (12, 11), [4, 4, 4])
    """

    index: LabelIndex
    ways: int
    items: int
    size: int = 16
    groups: int | None = None

    def __post_init__(self) -> None:
        most = len(self.index)
        if most < self.ways:
            raise DataError(
                f"a sequence needs items of {self.ways} labels, but the training items have only "
                f"{most}: set batch.ways to at most {most}, or add labels"
            )

    @property
    def steps(self) -> int:
        return max(1, self.index.item_count // (self.ways * self.items * self.size))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            drawn = [self._sequence(rng) for _ in range(self.size)]
            items, classes = (np.concatenate(side) for side in zip(*drawn, strict=True))
            length = len(items) // self.size
            others = all_others(np.arange(length), length)
            starts = np.arange(self.size)[:, None, None] * length
            columns = (starts + others).reshape(len(items), length - 1)
            yield Batch(
                items=items,
                rows=np.arange(len(items)),
                columns=columns,
                same=classes[:, None] == classes[columns],
                classes=classes,
            )

    def _sequence(self, rng: np.random.Generator) -> tuple[Indices, Codes]:
        """The items in order of presentation, and their class numbers."""
        labels = self.index.draw_labels(self.ways, self.groups, rng)
        items = [self.index.draw_items(label, self.items, rng) for label in labels.tolist()]
        order = rng.permutation(len(labels) * self.items)
        return np.concatenate(items)[order], order // self.items
