"""`digits`: 1,797 handwritten digits of 8×8 that ship with scikit-learn, so no network is needed.

Alpaydin & Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998 (its test part).
"""

from __future__ import annotations

import numpy as np

from gemel.data.dataset import TEST, Dataset
from gemel.data.sources import ArrayItems
from gemel.errors import MissingExtra

LEVELS = 16
"""Pixels are counts from 0 to this."""

UNSEEN = (7, 8, 9)
"""Digits kept for the test; the others are left for training and validation."""


def open_digits() -> Dataset:
    """1,797 items (8, 8) uint8, labels "0" to "9", of which 7, 8 and 9 are test."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingExtra("scikit-learn", "digits", "the data set digits") from error
    found = load_digits()
    pixels = np.rint(found.images * (255 / LEVELS)).astype(np.uint8)
    labels = found.target.astype(np.int64)
    return Dataset(
        name="digits",
        items=ArrayItems((("digits", pixels),)),
        labels=labels,
        label_names=tuple(map(str, range(10))),
        split=np.where(np.isin(labels, UNSEEN), TEST, -1),
    )
