"""Open sources as datasets, split them into parts, and pack their decoded items on disk."""

from __future__ import annotations

from gemel.data.builtins import BUILTINS
from gemel.data.dataset import (
    PARTS,
    TEST,
    TRAIN,
    VALIDATION,
    Dataset,
    Items,
    Pairs,
    Part,
    Unlike,
)
from gemel.data.open import data_path, open_data, open_items
from gemel.data.pack import Pack
from gemel.data.packing import pack
from gemel.data.splits.items import split
from gemel.data.splits.split import PairRows, Split, SplitConfig

__all__ = [
    "BUILTINS",
    "PARTS",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Dataset",
    "Items",
    "Pack",
    "PairRows",
    "Pairs",
    "Part",
    "Split",
    "SplitConfig",
    "Unlike",
    "data_path",
    "open_data",
    "open_items",
    "pack",
    "split",
]
