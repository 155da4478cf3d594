"""Datasets whose files give pictures and labels as plain bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gemel.arrays import Array, Pixels
from gemel.data.dataset import TEST, Dataset
from gemel.data.sources import ArrayItems
from gemel.errors import DataError


def records(path: Path, member: str, content: bytes, size: int) -> Pixels:
    """(n, size) the records in `content`. Raises DataError if it is empty or ends within one."""
    if not content or len(content) % size:
        raise DataError(
            f"{member} in {str(path)!r} must be a whole number of records of {size:,} bytes, got "
            f"{len(content):,} bytes: get the original file again"
        )
    return np.frombuffer(content, np.uint8).reshape(-1, size)


def train_and_test(
    name: str,
    train: tuple[Array, Array],
    test: tuple[Array, Array],
    label_names: tuple[str, ...],
) -> Dataset:
    """The dataset of two parts, each (n, h, w) or (n, h, w, 3) pictures and (n,) codes of labels.

    Items are named `train/0` … `test/9`; training items are undecided. Raises DataError for a
    picture without a label, a label without a name, or the same pictures in both parts.
    """
    for images, codes in (train, test):
        fit = images.ndim >= 3 and images.size and codes.shape == images.shape[:1]
        if not fit or codes.min() < 0 or codes.max() >= len(label_names):
            raise DataError(
                f"the files of {name} must hold a label of {len(label_names)} for every picture, "
                f"got {images.shape} and {codes.shape} numbers; get the originals again"
            )
    if np.array_equal(train[0], test[0]):
        raise DataError(
            f"the test files of {name} must hold other pictures than the train files, got "
            f"{len(test[1]):,} and {len(train[1]):,}: one is in place of the other; get the "
            "originals again"
        )
    return Dataset(
        name=name,
        items=ArrayItems((("train", train[0]), ("test", test[0]))),
        labels=np.concatenate([train[1], test[1]]).astype(np.int64),
        label_names=label_names,
        split=np.repeat(np.array([-1, TEST], np.int64), [len(train[1]), len(test[1])]),
    )
