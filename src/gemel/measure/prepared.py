"""A dataset made ready: packed to its inputs and divided for training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np

from gemel.arrays import Codes, Indices, Same
from gemel.data import PARTS, TEST, VALIDATION, Dataset, PairRows, Part, Split, SplitConfig, split
from gemel.data.unreadable import MOST_UNREADABLE
from gemel.errors import DataError
from gemel.evaluation.across import TwoSides, sample_across
from gemel.evaluation.forgeries import sample_forgery_pairs
from gemel.evaluation.group_pairs import group_pairs
from gemel.evaluation.pairs import (
    PairLimits,
    PairSample,
    consecutive_pairs,
    given_pairs,
    sample_pairs,
)
from gemel.measure.compared import Compared, some_of
from gemel.measure.packed import Inputs, PackedSides, pack_sides
from gemel.progress import Progress

PairSource = Literal["sampled", "consecutive", "by-group"]

GROUP_PAIRS = 10_000
"""As many as Koch validated and tested his network on."""

WHOLE = "Measured as a whole."


@final
@dataclass(frozen=True)
class Prepared:
    """Decoded items, divided; `notices` is all there is to tell of them."""

    dataset: Dataset
    packed: PackedSides
    split: Split

    @property
    def notices(self) -> tuple[str, ...]:
        return (*self.dataset.notices, *self.packed.notices, self.split.reason)

    def part(self, name: Part) -> Indices:
        """The items of `train`, `validation` or `test`."""
        return self.split.part(name)

    def compared(self, part: Part) -> Compared:
        """The items of `train`, `validation` or `test` for a comparer."""
        items = self.part(part)
        whole = len(items) == self.packed.readable.sum()
        return some_of(self.packed, items, "items" if whole else f"{part} items")

    def two_sides(self, items: Indices) -> TwoSides | None:
        """Who of these items is on which side, by position in them; None where all are on both."""
        unlike = self.dataset.unlike
        if unlike is None:
            return None
        left, right = (np.flatnonzero(side[items]) for side in (unlike.left, unlike.right))
        return TwoSides(self.labels(items), left, right)

    @property
    def measured(self) -> str:
        """What the test part is called: of data that are measured as a whole it is all of them."""
        whole = len(self.split.test) == int(self.packed.readable.sum())
        return "all" if whole and self.split.reason == WHOLE else "test"

    def labels(self, items: Indices) -> Codes:
        """The labels of items; `DataError` where the data have none."""
        if self.dataset.labels is None:
            raise DataError(
                f"{self.dataset.name} has labelled pairs and no labels, which this needs: measure "
                "it with --protocol verification"
            )
        return self.dataset.labels[items]

    def groups(self, items: Indices) -> Codes | None:
        return None if self.dataset.groups is None else self.dataset.groups[items]

    def makers(self, items: Indices) -> Codes | None:
        return None if self.dataset.makers is None else self.dataset.makers[items]

    def genuine(self, items: Indices) -> Same:
        """(n,) false for forgeries; true throughout where nothing is known of any."""
        if self.dataset.genuine is None:
            return np.full(len(items), True)
        return self.dataset.genuine[items]

    def pair_rows(self, part: Part) -> Indices:
        """Which of the given pairs lie in a part; none where no pairs are given."""
        if self.split.pairs is None:
            return np.zeros(0, np.int64)
        return self.split.pairs.part(part)

    def pairs(
        self, part: Part, source: PairSource, seed: int, most: int | None = None
    ) -> PairSample:
        """Labelled pairs of a part, as positions in `part(part)`.

        The given ones of a table of pairs; else drawn from the labels, with forgeries where there
        are some. No more than `most` of them, or as many as figures need. Raises DataError where
        the data have no pairs of this source.
        """
        if source == "sampled" and self.dataset.pairs is None:
            return self.sampled_pairs(self.part(part), seed, PairLimits.of(most))
        return self._fixed_pairs(part, source, seed).at_most(most, seed)

    def _fixed_pairs(self, part: Part, source: PairSource, seed: int) -> PairSample:
        """All the pairs of a table, of neighbours, or within groups."""
        items = self.part(part)
        given = self.dataset.pairs
        if given is not None:
            if source != "sampled":
                raise DataError(
                    f"{source} pairs are drawn from labelled items, and {self.dataset.name} is a "
                    "table of pairs: measure with --pairs sampled, or set evaluation.pairs to "
                    '"sampled", which takes those of the table'
                )
            rows = self.pair_rows(part)
            place = np.full(len(self.dataset), -1)
            place[items] = np.arange(len(items))
            pairs = given_pairs(place[given.left[rows]], place[given.right[rows]], given.same[rows])
            return pairs if given.scores is None else replace(pairs, scores=given.scores[rows])
        if self.dataset.unlike is not None:
            raise DataError(
                f"{source} pairs are of items of one kind, and {self.dataset.name} has different "
                "items on the two sides: measure with --pairs sampled, or set evaluation.pairs to "
                '"sampled"'
            )
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
        """Pairs drawn from the labels, as positions in `items`; forgeries match nothing."""
        sides = self.two_sides(items)
        if sides is not None:
            return sample_across(sides, seed, limits)
        labels, genuine = self.labels(items), self.genuine(items)
        if genuine.all():
            return sample_pairs(labels, seed, limits)
        return sample_forgery_pairs(labels, genuine, seed, limits)


def refuse_unlike(prepared: Prepared, protocol: str) -> None:
    """Raises DataError where items of one side are never compared with each other."""
    if prepared.dataset.unlike is not None:
        raise DataError(
            f"{protocol} compares items with others of their label, whichever they are, and "
            f"{prepared.dataset.name} has different items on the two sides: measure it with "
            "--protocol verification, few-shot or retrieval"
        )


def prepare(
    dataset: Dataset, inputs: Inputs, config: SplitConfig, seed: int, progress: Progress
) -> Prepared:
    """Packs (from the cache where it can) and divides a dataset."""
    dataset = redivided(dataset, config)
    packed = pack_sides(dataset, inputs, progress)
    divided = split(dataset, config, packed.digests, packed.readable, seed)
    return Prepared(dataset, packed, divided)


def redivided(dataset: Dataset, config: SplitConfig) -> Dataset:
    """The dataset without its given split where the recipe asks for another."""
    if config.by in {"label", "group"} and _given_by_item(dataset):
        return replace(dataset, split=None).noticing(
            f"{dataset.name} comes divided by item; split.by={config.by} divides it anew."
        )
    elif config.folds and dataset.split is not None:
        return replace(dataset, split=None).noticing(
            f"{dataset.name} comes divided; split.folds={config.folds} divides it anew."
        )
    return dataset


def prepare_whole(
    dataset: Dataset,
    inputs: Inputs,
    progress: Progress,
    most_unreadable: float = MOST_UNREADABLE,
) -> Prepared:
    """All items in the test part; only the given test items where the data have some."""
    packed = pack_sides(dataset, inputs, progress, most_unreadable)
    given = dataset.given() == TEST
    chosen = packed.readable & (given if given.any() else True)
    none = np.zeros(0, np.int64)
    pairs = None
    if dataset.pairs is not None:
        rows = np.flatnonzero(chosen[dataset.pairs.left] & chosen[dataset.pairs.right])
        held = rows[dataset.pairs.split[rows] == TEST]
        pairs = PairRows(none, none, held if len(held) else rows)
    some = given.any() or (pairs is not None and len(pairs.test) < len(rows))
    reason = "Measured on what is given for the test." if some else WHOLE
    whole = Split(none, none, np.flatnonzero(chosen), "item", reason, pairs)
    return Prepared(dataset, packed, whole)


def _given_by_item(dataset: Dataset) -> bool:
    """True where what is given to be held out is of labels that are given for training too."""
    if dataset.labels is None or dataset.split is None:
        return False
    held = dataset.split >= VALIDATION
    return bool(np.isin(dataset.labels[held], dataset.labels[~held]).any())


def parts_of(prepared: Prepared) -> Sequence[tuple[str, int, int | None]]:
    """(name, items, labels) of each part."""
    rows = []
    for name in PARTS:
        items = prepared.part(name)
        labels = prepared.dataset.labels
        count = None if labels is None else len(np.unique(labels[items]))
        rows.append((name, len(items), count))
    return rows
