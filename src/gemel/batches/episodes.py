"""Episodes: N labels with K labelled examples of each, and queries to classify among them.

Vinyals et al., "Matching Networks for One Shot Learning", NIPS 2016, section 4: train under the
conditions of the test.
"""

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
class Episodes:
    """`ways` labels with `shots` examples and `queries` queries of each.

    Rows are queries, columns examples. The warp groups of the batch are its labels.

    >>> index = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    >>> (batch,) = Episodes(index, ways=3, shots=1, queries=3).epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (12, (9, 3), 9)
    """

    index: LabelIndex
    ways: int
    shots: int
    queries: int
    groups: int | None = None

    @property
    def steps(self) -> int:
        return max(1, self.index.item_count // (self.ways * (self.shots + self.queries)))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            yield self._episode(rng)

    def _episode(self, rng: np.random.Generator) -> Batch:
        labels = self.index.draw_labels(self.ways, self.groups, rng)
        drawn = np.stack([self._items(label, rng) for label in labels.tolist()])
        queries, examples = drawn[:, : self.queries], drawn[:, self.queries :]
        query_ways = np.repeat(np.arange(len(labels)), self.queries)
        example_ways = np.repeat(np.arange(len(labels)), self.shots)
        columns = queries.size + np.arange(examples.size)
        return Batch(
            items=np.concatenate([queries.ravel(), examples.ravel()]),
            rows=np.arange(queries.size),
            columns=np.tile(columns, (queries.size, 1)),
            same=query_ways[:, None] == example_ways,
            groups=np.concatenate([query_ways, example_ways]),
            ways=example_ways,
        )

    def _items(self, label: int, rng: np.random.Generator) -> Indices:
        """(queries + shots,) items of a label; no query is an example unless it has one item."""
        items = self.index.draw_items(label, self.shots + self.queries, rng)
        available = len(self.index.items[label])
        if 1 < available < len(items):
            shots = min(self.shots, available - 1)
            queries = np.resize(items[shots:available], self.queries)
            return np.concatenate([queries, np.resize(items[:shots], self.shots)])
        return items
