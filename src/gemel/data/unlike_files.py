"""Tables whose files are of two kinds: which of them are on which side of a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gemel.arrays import Indices, Same
from gemel.data.dataset import Dataset, Unlike
from gemel.data.file_kinds import FILES, WORDS
from gemel.data.sources import FileItems
from gemel.errors import DataError
from gemel.inputs import Kind

SLIPS = 0.05
"""A share of files that is no larger may be slips: they are skipped as unreadable."""


def with_kinds(dataset: Dataset, lefts: Sequence[int] | Indices) -> Dataset:
    """The dataset, told of the kinds of its files where there are two of them.

    The left side is of the kind of the first of `lefts`, positions of items: of the first row.
    Raises DataError for a left item that is of the other kind.
    """
    if not isinstance(dataset.items, FileItems):
        return dataset
    kinds = [_kind(dataset.items.name(index)) for index in range(len(dataset))]
    rarer = min(kinds.count("image"), kinds.count("series"))
    if rarer <= SLIPS * len(kinds):
        return dataset
    left = kinds[int(lefts[0])]
    right: Kind = "series" if left == "image" else "image"
    on_left = np.array([kind == left for kind in kinds])
    _refuse_exchanged(dataset, on_left, f"{WORDS[left]} with {WORDS[right]}")
    return replace(dataset, kind=left, unlike=Unlike(on_left, ~on_left, right)).noticing(
        f"{WORDS[left].capitalize()} are the left side of every pair, {WORDS[right]} the right one."
    )


def _refuse_exchanged(dataset: Dataset, on_left: Same, what: str) -> None:
    if dataset.pairs is None:
        return
    left, right = dataset.pairs.left, dataset.pairs.right
    wrong = [*left[~on_left[left]].tolist(), *right[on_left[right]].tolist()]
    if wrong:
        raise DataError(
            f"{dataset.name} pairs {what}, so the column left must hold the one and right the "
            f"other, and {dataset.items.name(wrong[0])!r} is in the wrong one: exchange the two in "
            "its row"
        )


def _kind(name: str) -> Kind:
    return "series" if Path(name).suffix.lower() in FILES["series"] else "image"
