"""Check labels: refuse those that allow no pairs, and point out near-identical names."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from gemel.counting import SHOWN, and_more
from gemel.data.dataset import Dataset
from gemel.errors import DataError


def sound(dataset: Dataset) -> Dataset:
    """The dataset with notices about suspicious label names.

    Raises DataError without items, with a single label, or with one item per label.
    """
    if len(dataset) == 0:
        raise DataError(f"{dataset.name} holds no items: it must hold at least two labels")
    if dataset.labels is not None:
        _refuse_hopeless(dataset)
    return dataset.noticing(*spelling_notices(dataset.label_names))


def _refuse_hopeless(dataset: Dataset) -> None:
    counts = np.bincount(dataset.labels, minlength=len(dataset.label_names))  # type: ignore[arg-type]
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


def spelling_notices(names: Sequence[str]) -> tuple[str, ...]:
    """A sentence if labels differ only in case, spaces or Unicode form; otherwise empty."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings[_folded(name)].append(name)
    suspicious = [alike for alike in spellings.values() if len(alike) > 1]
    if not suspicious:
        return ()
    shown = "; ".join(" and ".join(map(repr, alike)) for alike in suspicious[:SHOWN])
    return (
        "Labels that differ only in case, spaces or Unicode form are kept apart: "
        f"{shown}{and_more(len(suspicious))}. If they mean the same, give them one spelling.",
    )


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
