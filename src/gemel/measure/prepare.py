"""Pack a dataset and split it into training, validation and test parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.arrays import Indices
from gemel.data import TEST, VALIDATION, Dataset, PairRows, Split, SplitConfig, split
from gemel.data.splits.given import contradictions_notice, copies_notice
from gemel.data.splits.together import content_codes
from gemel.data.unreadable import MOST_UNREADABLE
from gemel.inputs import Inputs
from gemel.measure.packed import pack_sides
from gemel.measure.prepared import Prepared
from gemel.progress import Progress

NONE: Indices = np.zeros(0, np.int64)


def prepare(
    dataset: Dataset, inputs: Inputs, config: SplitConfig, seed: int, progress: Progress
) -> Prepared:
    """Pack (from the cache where possible) and split a dataset."""
    dataset = redivided(dataset, config)
    packed = pack_sides(dataset, inputs, progress)
    parts = split(dataset, config, packed.digests, packed.readable, seed)
    return Prepared(dataset, packed, parts)


def redivided(dataset: Dataset, config: SplitConfig) -> Dataset:
    """Drop the split that comes with a dataset where the recipe asks for a different one."""
    if config.by in {"label", "group"} and _given_by_item(dataset):
        return replace(dataset, split=None).noticing(
            f"{dataset.name} comes with a split by item; split.by={config.by} replaces it."
        )
    if config.folds and dataset.split is not None:
        return replace(dataset, split=None).noticing(
            f"{dataset.name} comes with a split; split.folds={config.folds} replaces it."
        )
    return dataset


def _given_by_item(dataset: Dataset) -> bool:
    """Whether the split that comes with a dataset has held-out labels among the training labels."""
    if dataset.labels is None or dataset.split is None:
        return False
    held_out = dataset.split >= VALIDATION
    return bool(np.isin(dataset.labels[held_out], dataset.labels[~held_out]).any())


def prepare_whole(
    dataset: Dataset,
    inputs: Inputs,
    progress: Progress,
    most_unreadable: float = MOST_UNREADABLE,
) -> Prepared:
    """Pack a dataset, and say what was left out; the test part is all of it, or the test items that
    come with it.
    """
    packed = pack_sides(dataset, inputs, progress, most_unreadable)
    given = dataset.given() == TEST
    chosen = packed.readable & (given if given.any() else True)
    pairs, some = None, bool(given.any())
    if dataset.pairs is not None:
        rows = np.flatnonzero(chosen[dataset.pairs.left] & chosen[dataset.pairs.right])
        held = rows[dataset.pairs.split[rows] == TEST]
        pairs = PairRows(NONE, NONE, held if len(held) else rows)
        some = some or len(pairs.test) < len(rows)
    parts = Split(NONE, NONE, np.flatnonzero(chosen), "item", pairs=pairs, whole=not some)
    prepared = Prepared(dataset, packed, parts)
    say_notices(prepared, progress)
    return prepared


def say_notices(prepared: Prepared, progress: Progress) -> None:
    """Say which items were skipped or unreadable."""
    for sentence in (*prepared.dataset.notices, *prepared.packed.notices):
        progress.say(sentence)


def say_copies(prepared: Prepared, progress: Progress) -> None:
    """Say which test items are copies of others."""
    dataset = prepared.dataset
    if dataset.labels is None:
        return
    tested = np.isin(np.arange(len(dataset)), prepared.part("test"))
    contents = content_codes(prepared.packed.digests)
    labels, name = dataset.labels, dataset.items.name
    for sentence in (
        *copies_notice(labels, contents, tested),
        *contradictions_notice(labels, contents, tested, name),
    ):
        progress.say(sentence)
