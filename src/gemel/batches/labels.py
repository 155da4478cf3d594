"""Items by label and labels by group, for the batch kinds that draw by them."""

from __future__ import annotations

from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.errors import DataError
from gemel.functional.grouping import by_code


@final
class LabelIndex:
    """The training items, looked up by label; and the labels, by group where there are groups.

    `items` are positions in the dataset, `labels` and `groups` codes of the whole dataset.
    `forgeries` are positions of items that claim a label and differ from all of its items.
    Raises `DataError` where no label has two items or only one label has any.
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
                f"are matching and different pairs; got {len(self.codes)} labels for "
                f"{len(items)} items. Add items, or hold out less with --set split.test=…"
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
        """Positions of labels, by group; all labels are one group where there are none."""
        if groups is None:
            return [np.arange(len(self.codes))]
        return list(by_code(np.array([groups[members[0]] for members in self.items])).values())

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def item_count(self) -> int:
        return sum(len(members) for members in self.items)

    def group_of(self, items: Indices) -> Codes:
        """(n,) which of `groups` each item's label is in."""
        group: Codes = self._group_of[self._labels[items]]
        return group

    def draw_labels(self, count: int, groups: int | None, rng: np.random.Generator) -> Indices:
        """`count` different labels (fewer where there are not enough), from `groups` groups.

        `None` draws from all labels alike. Groups are drawn until their labels suffice.
        """
        if groups is None or len(self.groups) == 1:
            return _different(len(self), min(count, len(self)), rng)
        share = -(-count // groups)
        drawn: list[Indices] = []
        for group in rng.permutation(len(self.groups)):
            wanted = min(share, count - sum(map(len, drawn)))
            if wanted <= 0:
                break
            drawn.append(rng.permutation(self.groups[group])[:wanted])
        return np.concatenate(drawn)

    def draw_from_group(self, count: int, rng: np.random.Generator) -> Indices:
        """`count` labels with two items or more, of one group; repeated where it has too few.

        All labels are equally likely: a group is drawn in proportion to how many of them it has.
        """
        rich = [np.intersect1d(group, self.paired) for group in self.groups]
        sizes = np.array([len(group) for group in rich])
        return drawn_among(rich[rng.choice(len(rich), p=sizes / sizes.sum())], count, rng)

    def draw_items(self, label: int, count: int, rng: np.random.Generator) -> Indices:
        """`count` items of a label: different ones while they last, then again."""
        return drawn_among(self.items[label], count, rng)

    def draw_forgeries(self, label: int, count: int, rng: np.random.Generator) -> Indices:
        """`count` forgeries of a label as `draw_items` draws them; none where it has none."""
        members = self.forgeries[label]
        return drawn_among(members, count, rng) if len(members) else members

    def draw_forged(self, share: float, rng: np.random.Generator) -> int | None:
        """For a `share` of the calls a label that has forgeries; None for the others.

        Always None where there are no forgeries.
        """
        if not len(self.forged) or rng.random() >= share:
            return None
        return int(rng.choice(self.forged))


def drawn_among(members: Indices, count: int, rng: np.random.Generator) -> Indices:
    """`count` members: different ones while they last, then again."""
    rounds, rest = divmod(count, len(members))
    drawn = [rng.permutation(members) for _ in range(rounds)]
    return np.concatenate([*drawn, members[_different(len(members), rest, rng)]])


def _different(among: int, count: int, rng: np.random.Generator) -> Indices:
    """`count` different numbers below `among`, in random order."""
    if count * count > among:
        return rng.permutation(among)[:count]
    # Few of many rarely meet: drawing until all differ beats shuffling thousands.
    while True:
        drawn = rng.integers(among, size=count)
        if len(set(drawn.tolist())) == count:
            return drawn
