"""A dataset that is packed and split into training, validation and test parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices, Same
from gemel.data import PARTS, Dataset, Pairs, Part, Split
from gemel.errors import DataError
from gemel.evaluation.across import TwoSides, sample_across
from gemel.evaluation.forgeries import sample_forgery_pairs
from gemel.evaluation.group_pairs import group_pairs
from gemel.evaluation.pairs import (
    PairLimits,
    PairSample,
    PairSource,
    consecutive_pairs,
    given_pairs,
    sample_pairs,
)
from gemel.measure.compared import Compared, some_of
from gemel.measure.packed import PackedSides

GROUP_PAIRS = 10_000
"""The number of pairs that Koch et al. validated and tested on."""


@final
@dataclass(frozen=True)
class Prepared:
    """A packed and split dataset; `notices` are sentences for the user about it."""

    dataset: Dataset
    packed: PackedSides
    split: Split

    @property
    def notices(self) -> tuple[str, ...]:
        return (*self.dataset.notices, *self.packed.notices, *self.split.doubts, self.split.reason)

    def part(self, name: Part) -> Indices:
        """The items of `train`, `validation` or `test`."""
        return self.split.part(name)

    def compared(self, part: Part) -> Compared:
        """The items of `train`, `validation` or `test` for a comparer."""
        items = self.part(part)
        everything = len(items) == self.packed.readable.sum()
        return some_of(self.packed, items, "items" if everything else f"{part} items")

    def two_sides(self, items: Indices) -> TwoSides | None:
        """The labels of `items`, and the positions in `items` of those on each side; None where
        every item may be on both sides.
        """
        unlike = self.dataset.unlike
        if unlike is None:
            return None
        left, right = (np.flatnonzero(side[items]) for side in (unlike.left, unlike.right))
        return TwoSides(self.labels(items), left, right)

    @property
    def measured(self) -> str:
        """The name of the test part: `all` for a dataset that is measured as a whole."""
        everything = len(self.split.test) == int(self.packed.readable.sum())
        return "all" if everything and self.split.whole else "test"

    def labels(self, items: Indices) -> Codes:
        """The labels of items; raises DataError where the dataset has none."""
        if self.dataset.labels is None:
            raise DataError(
                f"this needs labels of items, and {self.dataset.name} has labelled pairs and no "
                "labels: measure it with --protocol verification"
            )
        return self.dataset.labels[items]

    def groups(self, items: Indices) -> Codes | None:
        return None if self.dataset.groups is None else self.dataset.groups[items]

    def makers(self, items: Indices) -> Codes | None:
        return None if self.dataset.makers is None else self.dataset.makers[items]

    def genuine(self, items: Indices) -> Same:
        """(n,) false for forgeries; all true for data without forgeries."""
        if self.dataset.genuine is None:
            return np.full(len(items), True)
        return self.dataset.genuine[items]

    def genuine_part(self, name: Part) -> Indices:
        """The items of `train`, `validation` or `test` that are no forgeries."""
        items = self.part(name)
        return items[self.genuine(items)]

    def pair_rows(self, part: Part) -> Indices:
        """The rows of the given pairs in a part; empty where no pairs are given."""
        if self.split.pairs is None:
            return np.zeros(0, np.int64)
        return self.split.pairs.part(part)

    def pairs(
        self, part: Part, source: PairSource, seed: int, most: int | None = None
    ) -> PairSample:
        """Labelled pairs of a part, as positions in `part(part)`.

        These are the given pairs of a table of pairs, else pairs sampled from the labels, including
        forgeries. At most `most` of them, by default as many as figures need. Raises DataError
        where the dataset has no pairs of this source.
        """
        if self.dataset.pairs is not None:
            pairs = self._given_pairs(part, source, self.dataset.pairs)
        elif source == "sampled":
            return self.sampled_pairs(self.part(part), seed, PairLimits.of(most))
        else:
            pairs = self._pairs_of_one_kind(part, source, seed)
        return pairs.at_most(most, seed)

    def _given_pairs(self, part: Part, source: PairSource, given: Pairs) -> PairSample:
        if source != "sampled":
            raise DataError(
                f"{source} pairs are drawn from labelled items, and {self.dataset.name} is a "
                "table of pairs: measure with --pairs sampled, or set evaluation.pairs to "
                '"sampled", which takes those of the table'
            )
        items, rows = self.part(part), self.pair_rows(part)
        position = np.full(len(self.dataset), -1)
        position[items] = np.arange(len(items))
        left, right = position[given.left[rows]], position[given.right[rows]]
        labels = None if self.dataset.labels is None else self.labels(items)
        pairs = given_pairs(left, right, given.same[rows], labels)
        return pairs if given.scores is None else replace(pairs, scores=given.scores[rows])

    def _pairs_of_one_kind(self, part: Part, source: PairSource, seed: int) -> PairSample:
        """The consecutive pairs or the pairs by group of the genuine items."""
        if self.dataset.unlike is not None:
            raise DataError(
                f"{source} pairs are of items of one kind, and {self.dataset.name} has different "
                "items on the two sides: measure with --pairs sampled, or set evaluation.pairs to "
                '"sampled"'
            )
        items = self.part(part)
        own = np.flatnonzero(self.genuine(items))
        labels = self.labels(items[own])
        if source == "consecutive":
            pairs = consecutive_pairs(labels, seed)
        else:
            pairs = group_pairs(labels, self.groups(items[own]), GROUP_PAIRS, seed)
        return replace(pairs, left=own[pairs.left], right=own[pairs.right])

    def sampled_pairs(
        self, items: Indices, seed: int, limits: PairLimits = PairLimits()
    ) -> PairSample:
        """Sample pairs by the labels of `items`, as positions in it; forgeries never match."""
        sides = self.two_sides(items)
        if sides is not None:
            return sample_across(sides, seed, limits)
        labels, genuine = self.labels(items), self.genuine(items)
        if genuine.all():
            return sample_pairs(labels, seed, limits)
        return sample_forgery_pairs(labels, genuine, seed, limits)


def refuse_unlike(prepared: Prepared, protocol: str) -> None:
    """Raise DataError for a dataset with different items on the two sides."""
    if prepared.dataset.unlike is not None:
        raise DataError(
            f"{protocol} compares items of one kind with each other, and "
            f"{prepared.dataset.name} has different items on the two sides: measure it with "
            "--protocol verification, few-shot or retrieval"
        )


def parts_of(prepared: Prepared) -> Sequence[tuple[str, int, int | None]]:
    """(name, items, labels) of each part."""
    rows = []
    for name in PARTS:
        items = prepared.part(name)
        labels = prepared.dataset.labels
        count = None if labels is None else len(np.unique(labels[items]))
        rows.append((name, len(items), count))
    return rows
