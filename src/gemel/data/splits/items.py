"""Split items into parts that share no content and, where possible, no label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes, Indices, Same
from gemel.counting import count
from gemel.data.dataset import PARTS, TEST, TRAIN, VALIDATION, Dataset
from gemel.data.splits.allotment import Needs, allot_items, allot_whole, fold_of_unit, refuse_folds
from gemel.data.splits.given import NOWHERE, Settled, open_shares, settle, told_of_copies
from gemel.data.splits.pairs import rows_within, split_pairs
from gemel.data.splits.split import Split, SplitConfig, Unit
from gemel.data.splits.together import content_codes, together
from gemel.errors import DataError

ENOUGH_LABELS = 10
"""`auto` holds out whole labels if at least this many have two items."""

NEEDS: Needs = {TRAIN: (2, 2), VALIDATION: (2, 1), TEST: (2, 1)}
"""The minimum number of labels, and of labels with a pair, of each part."""


def split(
    dataset: Dataset,
    config: SplitConfig,
    digests: NDArray[np.uint8],
    readable: Same,
    seed: int,
) -> Split:
    """Split a dataset into training, validation and test, reproducibly by `seed`.

    A given split is kept, and items that it leaves undecided are assigned. `digests` (n, 16) and
    `readable` (n,) are those of the pack: equal contents stay together, unreadable items are in no
    part. Raises DataError if the dataset cannot be split as `config` asks, or a part would have too
    few labels or pairs.

    >>> import numpy as np
    >>> from gemel.data import open_data
    >>> dataset = open_data("digits")
    >>> digests = np.arange(len(dataset) * 2).view(np.uint8).reshape(-1, 16)
    >>> parts = split(dataset, SplitConfig(), digests, np.full(len(dataset), True), seed=0)
    >>> parts.by, len(np.unique(dataset.labels[parts.validation]))
    ('label', 2)
    """
    contents = content_codes(digests)
    random = np.random.default_rng(seed)
    if config.folds:
        refuse_folds(dataset)
    if dataset.labels is None:
        return split_pairs(dataset, config, contents, readable, random)
    if config.by == "pair":
        raise DataError(f"{dataset.name} has labels: set split.by to label, group or item")
    settled = settle(dataset.given(), contents, readable)
    labelled = _Labelled(dataset, dataset.labels, contents, settled)
    parts, by, why = _divided(labelled, config, random)
    train, validation, test = (np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST))
    copied = told_of_copies(labelled.labels, contents, parts != NOWHERE, dataset.items.name)
    reason = " ".join(
        [f"Split by {by}: {why}.", *settled.remarks, *copied, _counted(labelled.labels, parts)]
    )
    pairs = None if dataset.pairs is None else rows_within(dataset.pairs, parts)
    return Split(train, validation, test, by, reason, pairs)


@final
@dataclass(frozen=True)
class _Labelled:
    dataset: Dataset
    labels: Codes
    contents: Codes
    settled: Settled

    @property
    def open(self) -> Same:
        """(n,) items that are still undecided."""
        undecided: Same = self.settled.parts == -1
        return undecided

    @property
    def genuine(self) -> Same:
        """(n,) items that are no forgeries."""
        given = self.dataset.genuine
        return np.full(len(self.labels), True) if given is None else given


def _divided(
    labelled: _Labelled, config: SplitConfig, random: np.random.Generator
) -> tuple[Codes, Unit, str]:
    """The parts, by what they were divided, and why by that; `auto` falls back on single items."""
    by, why = _chosen(labelled, config)
    if config.folds:
        why = f"fold {config.fold + 1} of {config.folds} is the test"
    parts = _parts(labelled, by, config, random)
    lacking = _lacking(labelled, parts)
    if lacking and config.by == "auto" and by != "item" and not config.folds:
        why = f"whole {by}s cannot be held out here, since {lacking}"
        by = "item"
        parts = _parts(labelled, by, config, random)
        lacking = _lacking(labelled, parts)
    if lacking:
        raise DataError(
            f"{labelled.dataset.name} cannot be split by {by}: {lacking}. Add items or labels, "
            "change split.by or the shares, or give a split of your own in a table"
        )
    return parts, by, why


def _chosen(labelled: _Labelled, config: SplitConfig) -> tuple[Unit, str]:
    dataset = labelled.dataset
    if config.by == "group" and dataset.groups is None:
        raise DataError(
            f"{dataset.name} has no groups to split by: add a column group or an upper level of "
            "folders, or set split.by to label or item"
        )
    if config.by != "auto":
        return config.by, "as the recipe says"
    given = labelled.settled.parts
    held = given >= VALIDATION
    if held.any():
        return _like_the_given(labelled, held, given != NOWHERE)
    if config.folds:
        return "label", "as the recipe says"
    counts = np.bincount(labelled.labels[labelled.open & labelled.genuine])
    with_pair = int((counts >= 2).sum())
    paired = f"{count(with_pair, 'label has', 'labels have')} two items or more"
    if with_pair >= ENOUGH_LABELS:
        return "label", f"{paired}, enough to keep some unseen"
    return "item", (
        f"{paired}, and it takes {ENOUGH_LABELS} of them to keep some unseen, so the figures hold "
        "for these labels and say little about new ones"
    )


def _like_the_given(labelled: _Labelled, held: Same, alive: Same) -> tuple[Unit, str]:
    dataset = labelled.dataset
    rest = alive & ~held
    if np.isin(labelled.labels[held], labelled.labels[rest]).any():
        return "item", "the given split has the same labels in both parts"
    groups = dataset.groups
    if groups is not None and not np.isin(groups[held], groups[rest]).any():
        return "group", "the given split keeps whole groups unseen"
    return "label", "the given split keeps whole labels unseen"


@final
@dataclass(frozen=True)
class _Undecided:
    """Items without a part, and the units (from 0, without gaps) in which they stay together."""

    items: Indices
    units: Codes

    def only(self, which: Same) -> _Undecided:
        units = np.unique(self.units[which], return_inverse=True)[1]
        return _Undecided(self.items[which], units)


def _parts(
    labelled: _Labelled, by: Unit, config: SplitConfig, random: np.random.Generator
) -> Codes:
    parts = labelled.settled.parts.copy()
    chosen = np.flatnonzero(labelled.open)
    if len(chosen) == 0:
        return parts
    shares = open_shares(labelled.settled.parts, config)
    if by == "item":
        # The forgeries of a label are assigned separately: two of them are no matching pair.
        strata = 2 * labelled.labels[chosen] + ~labelled.genuine[chosen]
        parts[chosen] = allot_items(together(labelled.contents[chosen]), strata, shares, random)
        return parts
    keys = [labelled.labels]
    if by == "group" and labelled.dataset.groups is not None:
        keys.append(labelled.dataset.groups)
    units = together(labelled.contents[chosen], *(key[chosen] for key in keys))
    parts[chosen] = _given_parts(parts, keys, chosen, units)
    rest = _Undecided(chosen, units).only(parts[chosen] == -1)
    if config.folds:
        held = fold_of_unit(rest.units, config.folds, random)[rest.units] == config.fold
        parts[rest.items[held]] = TEST
        rest = rest.only(~held)
        shares = {TRAIN: 1 - config.validation, VALIDATION: config.validation}
    if len(rest.items):
        kinds = _label_kinds(rest.units, labelled.labels[rest.items], labelled.genuine[rest.items])
        whole = allot_whole(np.bincount(rest.units), kinds, NEEDS, shares, random)
        parts[rest.items] = whole[rest.units]
    return parts


def _given_parts(parts: Codes, keys: list[Codes], chosen: Indices, units: Codes) -> Codes:
    """The most held-out part that already has a label or group of each chosen item's unit, or -1.

    `keys` are the labels and, if these stay together too, the groups of all items.
    """
    found = np.full(len(chosen), -1)
    for part in (TRAIN, VALIDATION, TEST):
        known = np.any([np.isin(key[chosen], key[parts == part]) for key in keys], axis=0)
        found[np.isin(units, units[known])] = part
    return found


def _label_kinds(units: Codes, labels: Codes, genuine: Same) -> NDArray[np.int64]:
    """(k, 2) the number of labels, and of labels with a pair, of each unit."""
    both = np.stack([units, labels])
    unit_of_label = np.unique(both, axis=1)[0]
    found, counts = np.unique(both[:, genuine], axis=1, return_counts=True)
    k = int(units.max()) + 1
    with_pair = np.bincount(found[0][counts >= 2], minlength=k)
    return np.stack([np.bincount(unit_of_label, minlength=k), with_pair], axis=1)


def _lacking(labelled: _Labelled, parts: Codes) -> str:
    """What the first deficient part needs and gets, as a clause; empty if all parts suffice."""
    labels, genuine = labelled.labels, labelled.genuine
    forged = "" if genuine.all() else "genuine "
    for part, (least_labels, least_pairs) in NEEDS.items():
        here = parts == part
        found = len(np.unique(labels[here]))
        with_pair = int((np.bincount(labels[here & genuine]) >= 2).sum())
        if found < least_labels or with_pair < least_pairs:
            return (
                f"{PARTS[part]} must have {least_labels} labels, {least_pairs} of them with two "
                f"{forged}items, and gets {found} and {with_pair}"
            )
    return ""


def _counted(labels: Codes, parts: Codes) -> str:
    told = []
    for part, name in enumerate(PARTS):
        here = labels[parts == part]
        of = count(len(np.unique(here)), "label")
        told.append(f"{name} {count(len(here), 'item')} of {of}")
    return f"{', '.join(told).capitalize()}."
