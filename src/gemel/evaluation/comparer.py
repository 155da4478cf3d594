"""The interface between networks and protocols: distances between items, given by position.

A protocol sees a `Comparer` and neither network nor metric, so embeddings, joint networks and
baselines without learning are measured by the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt
from typing import Protocol, final

import numpy as np

from gemel.arrays import Distances, Embeddings, Indices, Packed, slices
from gemel.progress import Progress, Silent, told_if_long

CHUNK_FLOATS = 8_000_000
"""The most numbers in one step of a computation, which bounds its memory."""

BLOCK_FLOATS = 2_000_000
"""The most numbers of embeddings per call of a metric. One that compares parts with each other, as
`warping` does with 65 x 65 places, has intermediate arrays about thirty times as large."""

OFTEN = 2
"""The whole distance matrix of the items involved is computed where it has at most this many times
as many entries as there are pairs: each item is then fetched once."""

PAIRS_AT_ONCE = 256
"""Batch size of a joint network."""


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
    """Compares by a metric on precomputed embeddings.

    `metric` maps (b, n, d) and (b, m, d) to (b, n, m). `right` holds the items' embeddings as the
    right side of a pair, where the sides have encoders of their own. A left item that occurs in
    consecutive pairs (the query of an episode) is fetched once for all of them.
    """

    embeddings: Embeddings
    metric: Callable[[Embeddings, Embeddings], Distances]
    right: Embeddings | None = None
    progress: Progress = Silent()

    def pairs(self, left: Indices, right: Indices) -> Distances:
        rows, columns = np.unique(left), np.unique(right)
        if len(rows) * len(columns) <= OFTEN * len(left):
            matrix = self.cross(rows, columns)
            chosen: Distances = matrix[np.searchsorted(rows, left), np.searchsorted(columns, right)]
            return chosen
        width = self.embeddings.shape[1]
        run = _run_length(left)
        if run * width > BLOCK_FLOATS:
            run = 1
        left, right = left[::run], right.reshape(-1, run)
        distance = np.empty(right.shape, np.float32)
        chunks = slices(len(left), max(1, BLOCK_FLOATS // (run * width)))
        with told_if_long(self.progress, "comparing pairs", len(chunks)) as stage:
            for done, chunk in enumerate(chunks, 1):
                distance[chunk] = self.metric(
                    self.embeddings[left[chunk], None], self._right[right[chunk]]
                )[:, 0]
                stage.advance(done)
        return distance.reshape(-1)

    def cross(self, left: Indices, right: Indices) -> Distances:
        distance = np.empty((len(left), len(right)), np.float32)
        most = max(1, BLOCK_FLOATS // self.embeddings.shape[1])
        # Nearly square blocks minimise the work that a metric does once for each item.
        height = max(1, min(len(left), isqrt(most)))
        across, down = slices(len(right), max(1, most // height)), slices(len(left), height)
        with told_if_long(self.progress, "comparing pairs", len(across) * len(down)) as stage:
            for before, columns in enumerate(across):
                candidates = self._right[None, right[columns]]
                for done, rows in enumerate(down, 1 + before * len(down)):
                    queries = self.embeddings[None, left[rows]]
                    distance[rows, columns] = self.metric(queries, candidates)[0]
                    stage.advance(done)
        return distance

    @property
    def _right(self) -> Embeddings:
        return self.embeddings if self.right is None else self.right


@final
@dataclass(frozen=True)
class JointComparer:
    """Compares by a network that sees both items of a pair at once: `cross` takes n·m passes.

    `left` and `right` fetch packed items by position; `score` maps two batches of them to
    distances. At most `PAIRS_AT_ONCE` pairs are in memory.
    """

    left: Callable[[Indices], Packed]
    right: Callable[[Indices], Packed]
    score: Callable[[Packed, Packed], Distances]
    progress: Progress = Silent()

    def pairs(self, left: Indices, right: Indices) -> Distances:
        distance = np.empty(len(left), np.float32)
        with self.progress.stage("comparing pairs", len(left)) as stage:
            for chunk in slices(len(left), PAIRS_AT_ONCE):
                distance[chunk] = self.score(self.left(left[chunk]), self.right(right[chunk]))
                stage.advance(chunk.stop)
        return distance

    def cross(self, left: Indices, right: Indices) -> Distances:
        return cross_by_pairs(self.pairs, left, right)


@final
@dataclass(frozen=True)
class Among:
    """A comparer restricted to some of its items, renumbered from 0."""

    comparer: Comparer
    chosen: Indices

    def pairs(self, left: Indices, right: Indices) -> Distances:
        return self.comparer.pairs(self.chosen[left], self.chosen[right])

    def cross(self, left: Indices, right: Indices) -> Distances:
        return self.comparer.cross(self.chosen[left], self.chosen[right])


def cross_by_pairs(
    pairs: Callable[[Indices, Indices], Distances], left: Indices, right: Indices
) -> Distances:
    """(n, m) distances, computed pair by pair."""
    distance = pairs(np.repeat(left, len(right)), np.tile(right, len(left)))
    return distance.reshape(len(left), len(right))


def _run_length(items: Indices) -> int:
    """The largest k for which `items` consists of runs of k equal items.

    >>> _run_length(np.array([4, 4, 4, 4, 7, 7])), _run_length(np.array([4, 4, 7]))
    (2, 1)
    """
    return int(np.gcd.reduce(np.append(np.flatnonzero(np.diff(items)) + 1, len(items))))
