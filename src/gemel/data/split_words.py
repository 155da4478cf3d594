"""The words by which sources name the sides of a split."""

from __future__ import annotations

from gemel.data.dataset import TEST, TRAIN, VALIDATION

SPLIT_WORDS = {
    "": -1,
    "train": TRAIN,
    "training": TRAIN,
    "validation": VALIDATION,
    "valid": VALIDATION,
    "val": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
}
"""Lower-case word → code; an empty cell leaves the item to Gemel."""
