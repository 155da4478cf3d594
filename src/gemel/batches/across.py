"""Batches that compare every item of the left side with every item of the right side.

For labels with items of two kinds, such as a drawing and its pen trace: the rows of a batch are its
left items, and the columns of each row are all its right items.
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
    """The training items of each side by label, and the labels by group.

    `left` and `right` are positions in the dataset; `labels` and `groups` are codes of all its
    items. Raises `DataError` if fewer than two labels have items on both sides.
    """

    def __init__(
        self, left: Indices, right: Indices, labels: Codes, groups: Codes | None = None
    ) -> None:
        self.codes = np.intersect1d(labels[left], labels[right])
        if len(self.codes) < 2:
            raise DataError(
                "training across two sides needs at least two labels with items on both, got "
                f"{len(self.codes)} for {len(left)} left and {len(right)} right items: add items "
                "of the missing side"
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
        """`count` distinct labels, or all if there are fewer, from `groups` groups or (None) all.

        Further groups are used if these have too few labels.
        """
        if groups is None or groups >= len(self.groups):
            return rng.permutation(len(self.codes))[:count]
        sizes = np.array([len(members) for members in self.groups], np.float64)
        order = rng.choice(len(self.groups), len(sizes), replace=False, p=sizes / sizes.sum())
        enough = 1 + int(np.searchsorted(np.cumsum(sizes[order]), count))
        chosen = order[: max(groups, enough)]
        return rng.permutation(np.concatenate([self.groups[group] for group in chosen]))[:count]


@final
@dataclass(frozen=True)
class AcrossSides:
    """`labels` labels, with `items` items of each per side; drawn from `groups` groups if given.

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
