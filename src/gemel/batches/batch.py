"""What one training step looks at, as positions: nothing here touches an item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

from gemel.arrays import Codes, Indices, Same


@final
@dataclass(frozen=True)
class Batch:
    """Items to encode once each, and the comparisons to make between them.

    `items` (n,) are positions in the dataset; `rows` (r,) and `columns` (r, m) are positions in
    `items`: item rows[i] is compared with each of columns[i], and `same` (r, m) says which match.
    `turns` (n,) says by how many quarters each item is to be turned; None leaves all upright.
    In an episode all rows have the same columns, and `ways` (m,) says which of its labels, counted
    from 0, each of these is an example of.
    """

    items: Indices
    rows: Indices
    columns: Indices
    same: Same
    turns: Codes | None = None
    ways: Codes | None = None

    @property
    def copies(self) -> Same:
        """(r, m) true where both are views of one and the same item."""
        copies: Same = self.items[self.rows][:, None] == self.items[self.columns]
        return copies


class BatchKind(Protocol):
    """Draws the batches of an epoch from a generator, so that an epoch can be drawn again."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        ...

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]: ...
