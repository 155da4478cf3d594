"""`cifar10`: 60,000 photographs of ten kinds of things, 32×32, from the binary version.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. The checksum is the
author's. The Python version of the archive is not used, because Gemel loads no pickles.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Array, Codes
from gemel.data.builtins.labelled_bytes import records, train_and_test
from gemel.data.builtins.tar_members import tar_members
from gemel.data.dataset import Dataset
from gemel.data.download import Archive, fetch

ARCHIVE = Archive(
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "md5:c32a1d4ab5d03f1284b67883e8d87530",
)

TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE = "test_batch.bin"

LABELS = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

SIDE = 32
RECORD = 1 + 3 * SIDE * SIDE
"""The bytes of a record: a label, then the red, green and blue planes."""


def open_cifar10() -> Dataset:
    """Items are (32, 32, 3) uint8, named `train/0` … `test/9999`; the test batch is test."""
    path = fetch("cifar10", ARCHIVE)
    members = tar_members(path, (*TRAIN_FILES, TEST_FILE))
    batches = {name: records(path, name, content, RECORD) for name, content in members.items()}
    train = _divided(np.concatenate([batches[name] for name in TRAIN_FILES]))
    return train_and_test("cifar10", train, _divided(batches[TEST_FILE]), LABELS)


def _divided(batch: Array) -> tuple[Array, Codes]:
    pictures = batch[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return pictures, batch[:, 0].astype(np.int64)
