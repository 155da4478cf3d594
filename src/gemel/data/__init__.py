"""Sources, splits and the pack: raw items in, decoded items and honest sides out."""

from __future__ import annotations

from gemel.data.builtins import BUILTINS
from gemel.data.dataset import SIDES, TEST, TRAIN, VALIDATION, Dataset, Items, Pairs, Raw
from gemel.data.open import open_data
from gemel.data.pack import Pack, pack

__all__ = [
    "BUILTINS",
    "SIDES",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Dataset",
    "Items",
    "Pack",
    "Pairs",
    "Raw",
    "open_data",
    "pack",
]
