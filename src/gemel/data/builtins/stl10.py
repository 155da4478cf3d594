"""`stl10`: 13,000 labelled photographs of ten kinds of things, 96×96, without the unlabelled ones.

Coates, Lee & Ng, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning", AISTATS
2011. The checksum is torchvision's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gemel.arrays import Array, Codes
from gemel.data.builtins.labelled_bytes import records, train_and_test
from gemel.data.builtins.tar_members import tar_members
from gemel.data.dataset import Dataset
from gemel.data.download import Archive, fetch

ARCHIVE = Archive(
    "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
    "md5:91f7769df0f17e558f3565bffb0c7dfb",
)

FILES = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin")

LABELS = (
    "airplane",
    "bird",
    "car",
    "cat",
    "deer",
    "dog",
    "horse",
    "monkey",
    "ship",
    "truck",
)

SIDE = 96


def open_stl10() -> Dataset:
    """Items are (96, 96, 3) uint8, named `train/0` … `test/7999`; the published test is test."""
    path = fetch("stl10", ARCHIVE)
    members = tar_members(path, FILES)
    train_x, train_y, test_x, test_y = (members[name] for name in FILES)
    train = _pictures(path, FILES[0], train_x), _labels(train_y)
    test = _pictures(path, FILES[2], test_x), _labels(test_y)
    return train_and_test("stl10", train, test, LABELS)


def _pictures(path: Path, member: str, content: bytes) -> Array:
    # Stored as (channel, column, row), as in MATLAB.
    channels = records(path, member, content, 3 * SIDE * SIDE).reshape(-1, 3, SIDE, SIDE)
    return channels.transpose(0, 3, 2, 1)


def _labels(content: bytes) -> Codes:
    # Labels count from 1.
    return np.frombuffer(content, np.uint8).astype(np.int64) - 1
