"""The one seam between networks and figures: distances between items named by position.

Every protocol asks a `Comparer` and sees neither network nor metric, so embeddings, joint
comparers and hand-made baselines are measured by the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt
from typing import Protocol, final

import numpy as np

from gemel.arrays import Distances, Embeddings, Indices, Packed
from gemel.progress import Progress, Silent, told_if_long

CHUNK_FLOATS = 8_000_000
"""Numbers that one step of a computation may hold: memory stays flat whatever is asked."""

BLOCK_FLOATS = 2_000_000
"""Numbers of embeddings that go into a metric at once. One that compares parts with each other, as
`warping` does with 65 x 65 places, holds some thirty times as many in between."""

OFTEN = 2
"""Where the whole matrix of the items involved has at most this many times the pairs asked for,
computing all of it is cheaper: each item is then fetched once."""

PAIRS_AT_ONCE = 256
"""Pairs that go through a joint network in one step."""


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

    `metric` takes (b, n, d) and (b, m, d) and gives (b, n, m). `right` are the items' embeddings
    as the right side of a pair, where they differ from those as its left side. An item of the left
    that is compared with several in a row (an episode's query) is fetched once for all of them.
    """

    embeddings: Embeddings
    metric: Callable[[Embeddings, Embeddings], Distances]
    right: Embeddings | None = None
    progress: Progress = Silent()

    def pairs(self, left: Indices, right: Indices) -> Distances:
        rows, columns = np.unique(left), np.unique(right)
        if len(rows) * len(columns) <= OFTEN * len(left):
            every = self.cross(rows, columns)
            found: Distances = every[np.searchsorted(rows, left), np.searchsorted(columns, right)]
            return found
        width = self.embeddings.shape[1]
        together = _in_a_row(left)
        if together * width > BLOCK_FLOATS:
            together = 1
        ours, theirs = left[::together], right.reshape(-1, together)
        distance = np.empty(theirs.shape, np.float32)
        chunks = _chunks(len(ours), max(1, BLOCK_FLOATS // (together * width)))
        with told_if_long(self.progress, "comparing pairs", len(chunks)) as stage:
            for done, chunk in enumerate(chunks, 1):
                distance[chunk] = self.metric(
                    self.embeddings[ours[chunk], None], self._rights[theirs[chunk]]
                )[:, 0]
                stage.advance(done)
        return distance.reshape(-1)

    def cross(self, left: Indices, right: Indices) -> Distances:
        distance = np.empty((len(left), len(right)), np.float32)
        most = max(1, BLOCK_FLOATS // self.embeddings.shape[1])
        # Nearly square blocks: what a metric does once for each item is then done least often.
        height = max(1, min(len(left), isqrt(most)))
        across, down = _chunks(len(right), max(1, most // height)), _chunks(len(left), height)
        with told_if_long(self.progress, "comparing pairs", len(across) * len(down)) as stage:
            for before, columns in enumerate(across):
                others = self._rights[None, right[columns]]
                for done, rows in enumerate(down, 1 + before * len(down)):
                    ours = self.embeddings[None, left[rows]]
                    distance[rows, columns] = self.metric(ours, others)[0]
                    stage.advance(done)
        return distance

    @property
    def _rights(self) -> Embeddings:
        return self.embeddings if self.right is None else self.right


@final
@dataclass(frozen=True)
class JointComparer:
    """Compares pair by pair, by a network that sees both items at once: n·m passes for n × m.

    `left` and `right` give packed items by position, `score` the distances of two batches of them.
    Never more than a few hundred pairs are in memory, and `progress` says how far it is.
    """

    left: Callable[[Indices], Packed]
    right: Callable[[Indices], Packed]
    score: Callable[[Packed, Packed], Distances]
    progress: Progress = Silent()

    def pairs(self, left: Indices, right: Indices) -> Distances:
        distance = np.empty(len(left), np.float32)
        with self.progress.stage("comparing pairs", len(left)) as stage:
            for start in range(0, len(left), PAIRS_AT_ONCE):
                chunk = slice(start, start + PAIRS_AT_ONCE)
                distance[chunk] = self.score(self.left(left[chunk]), self.right(right[chunk]))
                stage.advance(min(start + PAIRS_AT_ONCE, len(left)))
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
    """(n, m) distances, each pair compared by itself."""
    every = pairs(np.repeat(left, len(right)), np.tile(right, len(left)))
    return every.reshape(len(left), len(right))


def _in_a_row(items: Indices) -> int:
    """The largest k for which `items` is made of runs of k equal ones.

    >>> _in_a_row(np.array([4, 4, 4, 4, 7, 7])), _in_a_row(np.array([4, 4, 7]))
    (2, 1)
    """
    return int(np.gcd.reduce(np.append(np.flatnonzero(np.diff(items)) + 1, len(items))))


def _chunks(count: int, step: int) -> list[slice]:
    return [slice(start, start + step) for start in range(0, count, step)]
