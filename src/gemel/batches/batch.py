"""What one training step looks at, as positions: nothing here touches an item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

from gemel.arrays import Codes, Distances, Indices, Same


@final
@dataclass(frozen=True)
class OneSide:
    """What one side encodes; everything as in `Batch`, for these items alone."""

    items: Indices
    turns: Codes | None
    groups: Codes | None
    over: Indices | None


@final
@dataclass(frozen=True)
class Sides:
    """A batch side by side: `rows` (r,) are positions in `left`, `columns` (r, m) in `right`."""

    left: OneSide
    right: OneSide
    rows: Indices
    columns: Indices


@final
@dataclass(frozen=True)
class Batch:
    """Items to encode once each, and the comparisons to make between them.

    `items` (n,) are positions in the dataset; `rows` (r,) and `columns` (r, m) are positions in
    `items`: item rows[i] is compared with each of columns[i], and `same` (r, m) says which match.
    `turns` (n,) says by how many quarters each item is to be turned; None leaves all upright.
    `groups` (n,) numbers from 0 what may be warped as one; None where nothing is. `over` (n,) is
    the position in `items` of what is laid over each, its own for nothing.
    In an episode all rows have the same columns, and `ways` (m,) says which of its labels, counted
    from 0, each of these is an example of. `grades` (r, m) are from 0 to 1 where pairs have scores.
    In batches of sequences `classes` (n,) is what each item is called in its own sequence.
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
        """(r, m) true where both are views of one and the same item."""
        copies: Same = self.items[self.rows][:, None] == self.items[self.columns]
        return copies

    def sides(self, *, apart: bool) -> Sides:
        """Apart, each side has what it encodes; otherwise both have all, to be encoded once."""
        if not apart:
            every = OneSide(self.items, self.turns, self.groups, self.over)
            return Sides(every, every, self.rows, self.columns)
        left, rows = np.unique(self.rows, return_inverse=True)
        right, columns = np.unique(self.columns, return_inverse=True)
        columns = columns.reshape(self.columns.shape)
        return Sides(self._side(left), self._side(right), rows, columns)

    def _side(self, chosen: Indices) -> OneSide:
        def of(values: Codes | None) -> Codes | None:
            return None if values is None else values[chosen]

        over = None if self.over is None else np.searchsorted(chosen, self.over[chosen])
        return OneSide(self.items[chosen], of(self.turns), of(self.groups), over)


class BatchKind(Protocol):
    """Draws the batches of an epoch from a generator, so that an epoch can be drawn again."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        ...

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]: ...
