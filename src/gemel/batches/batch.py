"""The index arrays of one training step. No item is loaded here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

from gemel.arrays import Codes, Distances, Indices, Same


@final
@dataclass(frozen=True)
class OneSide:
    """The items that one side encodes; the fields of `Batch`, restricted to these items."""

    items: Indices
    turns: Codes | None
    groups: Codes | None
    over: Indices | None


@final
@dataclass(frozen=True)
class Sides:
    """A batch by side: `rows` (r,) index `left.items`, and `columns` (r, m) `right.items`."""

    left: OneSide
    right: OneSide
    rows: Indices
    columns: Indices


@final
@dataclass(frozen=True)
class Batch:
    """Items to encode, once each, and the comparisons between them.

    `items` (n,) are positions in the dataset; `rows` (r,) and `columns` (r, m) are positions in
    `items`. Item rows[i] is compared with every item columns[i, j]; `same` (r, m) is true for
    matching pairs. The other fields are None where they do not apply:

    - `turns` (n,): the number of quarter turns by which each item is rotated;
    - `groups` (n,): which items share one group warp, numbered from 0;
    - `over` (n,): the position in `items` of the picture laid over each; its own for none;
    - `ways` (m,): the label of each column, numbered from 0, in an episode (where all rows have the
      same columns);
    - `grades` (r, m): similarity in 0–1, for pairs that have scores;
    - `classes` (n,): the class number of each item within its own sequence.
    """

    items: Indices
    rows: Indices
    columns: Indices
    same: Same
    turns: Codes | None = None
    groups: Codes | None = None
    over: Indices | None = None
    ways: Codes | None = None
    grades: Distances | None = None
    classes: Codes | None = None

    @property
    def copies(self) -> Same:
        """(r, m) true where both sides of a pair are views of the same item."""
        copies: Same = self.items[self.rows][:, None] == self.items[self.columns]
        return copies

    def sides(self, *, apart: bool) -> Sides:
        """The batch by side: only the items each side encodes if `apart`, else all on both."""
        if not apart:
            every = OneSide(self.items, self.turns, self.groups, self.over)
            return Sides(every, every, self.rows, self.columns)
        left, rows = np.unique(self.rows, return_inverse=True)
        right, columns = np.unique(self.columns, return_inverse=True)
        columns = columns.reshape(self.columns.shape)
        return Sides(self._side(left), self._side(right), rows, columns)

    def _side(self, chosen: Indices) -> OneSide:
        def select(values: Codes | None) -> Codes | None:
            return None if values is None else values[chosen]

        over = None if self.over is None else np.searchsorted(chosen, self.over[chosen])
        return OneSide(self.items[chosen], select(self.turns), select(self.groups), over)


def all_others(rows: Indices, count: int) -> Indices:
    """(r, count - 1) the positions from 0 to `count` - 1 other than each of `rows` (r,).

    >>> all_others(np.array([0, 2]), 3).tolist()
    [[1, 2], [0, 1]]
    """
    others = np.arange(count - 1)
    return others + (others >= rows[:, None])


class BatchKind(Protocol):
    """A sampler of batches; an epoch is determined by the generator that is passed in."""

    @property
    def steps(self) -> int:
        """Number of batches per epoch."""
        ...

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]: ...
