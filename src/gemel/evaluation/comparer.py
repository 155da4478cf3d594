"""The one seam between networks and figures: distances between items named by position.

Every protocol asks a `Comparer` and sees neither network nor metric, so embeddings, joint
comparers and hand-made baselines are measured by the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

from gemel.arrays import Distances, Embeddings, Indices

CHUNK_FLOATS = 8_000_000
"""Numbers that one step of a computation may hold: memory stays flat whatever is asked."""


class Comparer(Protocol):
    """Distances between the items of one dataset. Smaller is nearer."""

    def pairs(self, left: Indices, right: Indices) -> Distances:
        """(n,) the distance of item left[i] to item right[i]."""
        ...

    def cross(self, left: Indices, right: Indices) -> Distances:
        """(n, m) the distance of each item of `left` to each of `right`."""
        ...


@final
@dataclass(frozen=True)
class EmbeddingComparer:
    """Compares by a metric on embeddings that were computed once.

    `metric` takes (b, n, d) and (b, m, d) and gives (b, n, m).
    """

    embeddings: Embeddings
    metric: Callable[[Embeddings, Embeddings], Distances]

    def pairs(self, left: Indices, right: Indices) -> Distances:
        distance = np.empty(len(left), np.float32)
        step = max(1, CHUNK_FLOATS // self.embeddings.shape[1])
        for start in range(0, len(left), step):
            chunk = slice(start, start + step)
            distance[chunk] = self.metric(
                self.embeddings[left[chunk], None], self.embeddings[right[chunk], None]
            )[:, 0, 0]
        return distance

    def cross(self, left: Indices, right: Indices) -> Distances:
        distance = np.empty((len(left), len(right)), np.float32)
        most = max(1, CHUNK_FLOATS // self.embeddings.shape[1])
        for columns in _chunks(len(right), most):
            others = self.embeddings[None, right[columns]]
            for rows in _chunks(len(left), max(1, most // others.shape[1])):
                distance[rows, columns] = self.metric(self.embeddings[None, left[rows]], others)[0]
        return distance


def _chunks(count: int, step: int) -> list[slice]:
    return [slice(start, start + step) for start in range(0, count, step)]
