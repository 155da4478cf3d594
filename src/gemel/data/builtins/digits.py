"""`digits`: 1,797 handwritten digits, 8×8, that come with scikit-learn.

Alpaydin & Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998 (its test part).
"""

from __future__ import annotations

import numpy as np

from gemel.data.dataset import TEST, Dataset
from gemel.data.sources import ArrayItems
from gemel.errors import MissingExtra

LEVELS = 16
"""The largest pixel value in scikit-learn's pictures."""

UNSEEN = (7, 8, 9)
"""The digits of the test; the others are for training and validation."""


def open_digits() -> Dataset:
    """Items are (8, 8) uint8, labels "0" to "9", of which 7, 8 and 9 are test."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingExtra("scikit-learn", "digits", "the data set digits") from error
    digits = load_digits()
    pixels = np.rint(digits.images * (255 / LEVELS)).astype(np.uint8)
    labels = digits.target.astype(np.int64)
    return Dataset(
        name="digits",
        items=ArrayItems((("digits", pixels),)),
        labels=labels,
        label_names=tuple(map(str, range(10))),
        split=np.where(np.isin(labels, UNSEEN), TEST, -1),
    )
