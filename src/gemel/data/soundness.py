"""Check labels: refuse those that allow no pairs, and point out near-identical names."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from gemel.arrays import Codes
from gemel.counting import examples
from gemel.data.dataset import Dataset
from gemel.errors import DataError


def sound(dataset: Dataset) -> Dataset:
    """The dataset with notices about suspicious label names.

    Raises DataError with a single label, or with one item per label.
    """
    if dataset.labels is not None:
        _refuse_hopeless(dataset, dataset.labels)
    return dataset.noticing(*_spelling_notices(dataset.label_names))


def _refuse_hopeless(dataset: Dataset, labels: Codes) -> None:
    counts = np.bincount(labels)
    if len(dataset.label_names) == 1:
        raise DataError(
            f"{dataset.name} holds one label only, {dataset.label_names[0]!r}, so there is nothing "
            "different to compare: add items of at least one other label"
        )
    if counts.max() < 2:
        raise DataError(
            f"{dataset.name} holds one item per label ({len(counts)} labels), so no pair is the "
            "same: add a second item to some of the labels"
        )


def _spelling_notices(names: Sequence[str]) -> tuple[str, ...]:
    """A sentence if labels differ only in case, spaces or Unicode form; otherwise empty."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings[_folded(name)].append(name)
    suspicious = [alike for alike in spellings.values() if len(alike) > 1]
    if not suspicious:
        return ()
    shown = [" and ".join(map(repr, alike)) for alike in suspicious]
    return (
        "Labels that differ only in case, spaces or Unicode form are kept apart: "
        f"{examples(shown, '; ')}. If they mean the same, give them one spelling.",
    )


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
