"""Batches whose rows are items of the left side and whose columns are items of the right one.

Where a label has items of two kinds (a drawing and the pen trace it was made by), a batch asks for
every pair of a left and a right item of its labels: one row each, matched among all of the right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.batches.batch import Batch
from gemel.batches.labels import drawn_among
from gemel.errors import DataError
from gemel.functional.grouping import by_code


@final
class TwoSidedIndex:
    """The training items of two sides by label, and labels by group.

    `left` and `right` are positions in the dataset, `labels` and `groups` codes of the whole of it.
    Raises `DataError` where fewer than two labels have items on both sides.
    """

    def __init__(
        self, left: Indices, right: Indices, labels: Codes, groups: Codes | None = None
    ) -> None:
        self.codes = np.intersect1d(labels[left], labels[right])
        if len(self.codes) < 2:
            raise DataError(
                "training across two sides needs two labels with an item on each, got "
                f"{len(self.codes)} for {len(left)} items on the left and {len(right)} on the right"
            )
        self.left, self.right = (
            [own[code] for code in self.codes.tolist()]
            for own in (by_code(labels, left), by_code(labels, right))
        )
        group = np.zeros(len(self.codes), np.int64)
        if groups is not None:
            group = np.array([groups[members[0]] for members in self.left])
        self.groups = list(by_code(group).values())

    def draw(self, count: int, groups: int | None, rng: np.random.Generator) -> Indices:
        """`count` different labels from `groups` groups, or from all; fewer if there are too few.

        More groups are drawn where those have a single label between them.
        """
        if groups is None or groups >= len(self.groups):
            return rng.permutation(len(self.codes))[:count]
        sizes = np.array([len(members) for members in self.groups], np.float64)
        order = rng.choice(len(self.groups), len(sizes), replace=False, p=sizes / sizes.sum())
        enough = 1 + int(np.searchsorted(np.cumsum(sizes[order]), 2))
        chosen = order[: max(groups, enough)]
        return rng.permutation(np.concatenate([self.groups[each] for each in chosen]))[:count]


@final
@dataclass(frozen=True)
class AcrossSides:
    """`labels` labels, `items` items of each on either side; `groups` limits a batch to so many.

    >>> index = TwoSidedIndex(np.arange(4), np.arange(4, 8), np.tile(np.arange(4), 2))
    >>> (batch,) = AcrossSides(index, labels=4).epoch(np.random.default_rng(0))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (8, (4, 4), 4)
    """

    index: TwoSidedIndex
    labels: int
    items: int = 1
    groups: int | None = None

    @property
    def steps(self) -> int:
        return max(1, sum(map(len, self.index.left)) // (self.labels * self.items))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            chosen = self.index.draw(self.labels, self.groups, rng)
            left, right = (
                np.concatenate([drawn_among(side[label], self.items, rng) for label in chosen])
                for side in (self.index.left, self.index.right)
            )
            codes = np.repeat(chosen, self.items)
            yield Batch(
                items=np.concatenate([left, right]),
                rows=np.arange(len(left)),
                columns=np.tile(len(left) + np.arange(len(right)), (len(left), 1)),
                same=codes[:, None] == codes,
            )
