"""Items by label and labels by group, from which most batch kinds draw."""

from __future__ import annotations

from functools import cached_property
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.counting import count
from gemel.errors import DataError
from gemel.functional.grouping import by_code


@final
class LabelIndex:
    """The training items by label, and the labels by group (a single one if `groups` is None).

    `items` are positions in the dataset; `labels` and `groups` are codes of all its items.
    `forgeries` are positions of items that claim a label but match none of its items. Raises
    `DataError` unless at least two labels have items and one of them has two.
    """

    def __init__(
        self,
        items: Indices,
        labels: Codes,
        groups: Codes | None = None,
        forgeries: Indices | None = None,
    ) -> None:
        own = by_code(labels, items)
        self.codes, self.items = np.array(list(own), np.int64), list(own.values())
        self.paired = np.flatnonzero([len(members) > 1 for members in self.items])
        if len(self.codes) < 2 or not len(self.paired):
            raise DataError(
                "training needs at least two labels, one of them with two items, so that there "
                f"are matching and different pairs; got {count(len(self.codes), 'label')} "
                f"for {count(len(items), 'item')}. Add items, or hold out less with --set "
                "split.test=…"
            )
        self.groups = self._groups(groups)
        self._group_of = np.zeros(int(labels.max()) + 1, np.int64)
        for code, members in enumerate(self.groups):
            self._group_of[self.codes[members]] = code
        self._labels = labels
        none = np.zeros(0, np.int64)
        claimed = {} if forgeries is None else by_code(labels, forgeries)
        self.forgeries = [claimed.get(code, none) for code in own]
        self.forged = np.flatnonzero([len(members) for members in self.forgeries])

    def _groups(self, groups: Codes | None) -> list[Indices]:
        """The positions of the labels of each group."""
        if groups is None:
            return [np.arange(len(self.codes))]
        return list(by_code(np.array([groups[members[0]] for members in self.items])).values())

    @cached_property
    def paired_by_group(self) -> list[Indices]:
        """The labels of each group that have two items or more."""
        paired = np.zeros(len(self), np.bool_)
        paired[self.paired] = True
        return [members[paired[members]] for members in self.groups]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def item_count(self) -> int:
        return sum(len(members) for members in self.items)

    def group_of(self, items: Indices) -> Codes:
        """(n,) the position in `self.groups` of the group of each item's label."""
        group: Codes = self._group_of[self._labels[items]]
        return group

    def draw_labels(self, count: int, groups: int | None, rng: np.random.Generator) -> Indices:
        """`count` distinct labels, or all if there are fewer, spread evenly over `groups` groups.

        If these have too few labels, further groups are used, and then larger shares of groups;
        None draws from all labels uniformly.
        """
        if groups is None or len(self.groups) == 1:
            return _distinct(len(self), min(count, len(self)), rng)
        share, larger = divmod(count, min(groups, len(self.groups)))
        drawn: list[Indices] = []
        for place, group in enumerate(rng.permutation(len(self.groups))):
            wanted = min(share + (place < larger), count - sum(map(len, drawn)))
            if wanted <= 0:
                break
            drawn.append(rng.permutation(self.groups[group])[:wanted])
        missing = min(count, len(self)) - sum(map(len, drawn))
        if missing > 0:
            left = np.setdiff1d(np.arange(len(self)), np.concatenate(drawn))
            drawn.append(rng.permutation(left)[:missing])
        return np.concatenate(drawn)

    def draw_from_group(self, count: int, rng: np.random.Generator) -> Indices:
        """`count` labels of one group that have two items or more, repeated if it has too few.

        A group is drawn in proportion to its number of such labels.
        """
        sizes = np.array([len(members) for members in self.paired_by_group])
        group = rng.choice(len(sizes), p=sizes / sizes.sum())
        return drawn_among(self.paired_by_group[group], count, rng)

    def draw_items(self, label: int, count: int, rng: np.random.Generator) -> Indices:
        """`count` items of a label, repeated only if it has too few."""
        return drawn_among(self.items[label], count, rng)

    def draw_forgeries(self, label: int, count: int, rng: np.random.Generator) -> Indices:
        """`count` forgeries of a label, repeated only if it has too few; empty if it has none."""
        members = self.forgeries[label]
        return drawn_among(members, count, rng) if len(members) else members

    def draw_forged(self, share: float, rng: np.random.Generator) -> int | None:
        """With probability `share`, a random label that has forgeries; otherwise None."""
        if not len(self.forged) or rng.random() >= share:
            return None
        return int(rng.choice(self.forged))


def drawn_among(members: Indices, count: int, rng: np.random.Generator) -> Indices:
    """`count` members in random order; none is repeated before all have been drawn."""
    rounds, rest = divmod(count, len(members))
    drawn = [rng.permutation(members) for _ in range(rounds)]
    return np.concatenate([*drawn, members[_distinct(len(members), rest, rng)]])


def _distinct(below: int, count: int, rng: np.random.Generator) -> Indices:
    """`count` distinct integers from 0 to `below` - 1, in random order."""
    if count * count > below:
        return rng.permutation(below)[:count]
    # Collisions are rare here, so rejection sampling is cheaper than a whole permutation.
    while True:
        drawn = rng.integers(below, size=count)
        if len(set(drawn.tolist())) == count:
            return drawn
