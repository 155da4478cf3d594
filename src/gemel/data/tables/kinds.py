"""Determine the kind of a table's items, and the side of each kind if there are two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from gemel.arrays import Same
from gemel.data.dataset import Dataset, Unlike
from gemel.data.file_kinds import FILES, WORDS
from gemel.data.sources import FileItems
from gemel.errors import DataError
from gemel.inputs import Kind

LOOKED_AT = 1_000
"""The number of cells per column that decide the kind."""

LONGEST_PATH = 1_024

SLIPS = 0.05
"""Up to this share, items of another kind are taken for mistakes."""


def kind_of_cells(columns: Sequence[Sequence[str]], folder: Path) -> Kind:
    """`image` or `series` if most cells are names of such files, or of any file, else `text`.

    Missing files do not matter here: they are reported when the paths are checked.
    """
    filled = [cell for cells in columns for cell in islice(cells, LOOKED_AT) if cell]
    kinds = (named_like(cell) or ("image" if _is_file(folder, cell) else None) for cell in filled)
    seen: Counter[Kind] = Counter(kind for kind in kinds if kind)
    if 2 * seen.total() > len(filled):
        return seen.most_common(1)[0][0]
    return "text" if filled else "image"


def refuse_files_beside_texts(table: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Raise DataError if nearly all cells of one column are file names, and hardly any of another.

    `columns` maps the names of columns to their cells.
    """
    seen = {name: list(islice(filter(None, cells), LOOKED_AT)) for name, cells in columns.items()}
    shares = {
        name: sum(named_like(cell) is not None for cell in cells) / max(1, len(cells))
        for name, cells in seen.items()
    }
    files, texts = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if shares[files] > 1 - SLIPS and shares[texts] < SLIPS:
        raise DataError(
            f"{str(table)!r} holds the names of files in {files} and texts in {texts}: texts are "
            "compared with texts (the two sides of a pair may be pictures and sequences). If the "
            "cells of both are texts, say --kind text"
        )


def named_like(cell: str) -> Kind | None:
    """The kind of file that `cell` names by its ending; None for any other text."""
    suffix = Path(cell).suffix.lower()
    return next((kind for kind, endings in FILES.items() if suffix in endings), None)


def _is_file(folder: Path, cell: str) -> bool:
    try:
        return len(cell) < LONGEST_PATH and (folder / cell).is_file()
    except (OSError, ValueError):  # ValueError: a null byte in the path
        return False


def with_kinds(dataset: Dataset) -> Dataset:
    """The dataset with `kind` and `unlike` set, and a notice, if its files are of two kinds.

    The first item, which is on the left, determines the kind of the left side. Raises DataError for
    a pair with an item of the wrong kind.
    """
    if not isinstance(dataset.items, FileItems):
        return dataset
    kinds = [named_like(name) or "image" for name in dataset.items.names]
    rarer = min(kinds.count("image"), kinds.count("series"))
    if rarer <= SLIPS * len(kinds):
        return dataset
    left = kinds[0]
    right: Kind = "series" if left == "image" else "image"
    on_left = np.array([kind == left for kind in kinds])
    _refuse_exchanged(dataset, on_left, f"{WORDS[left]} with {WORDS[right]}")
    return replace(dataset, kind=left, unlike=Unlike(on_left, right)).noticing(
        f"{WORDS[left].capitalize()} are the left side of every pair, {WORDS[right]} the right one."
    )


def _refuse_exchanged(dataset: Dataset, on_left: Same, what: str) -> None:
    if dataset.pairs is None:
        return
    left, right = dataset.pairs.left, dataset.pairs.right
    wrong = [*left[~on_left[left]].tolist(), *right[on_left[right]].tolist()]
    if wrong:
        raise DataError(
            f"{dataset.name} pairs {what}, so the column left must hold the former and right the "
            f"latter, and {dataset.items.name(wrong[0])!r} is in the wrong one: exchange the two "
            "in its row"
        )
