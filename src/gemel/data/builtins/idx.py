"""Datasets in the idx format of MNIST: a magic number, big-endian sizes, bytes; usually gzipped."""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

from gemel.arrays import Pixels
from gemel.data.builtins.labelled_bytes import train_and_test
from gemel.data.dataset import Dataset
from gemel.data.download import Archive, fetch
from gemel.errors import DataError

UNSIGNED_BYTES = 0x08

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def archives(home: str, md5: tuple[str, ...]) -> tuple[Archive, ...]:
    """The four archives at the URL `home`, with their MD5 checksums."""
    return tuple(
        Archive(home + file, f"md5:{digest}") for file, digest in zip(FILES, md5, strict=True)
    )


def open_idx(name: str, files: tuple[Archive, ...], label_names: tuple[str, ...]) -> Dataset:
    """The dataset in four files with MNIST's names; the t10k items are test, the others undecided.

    Raises DataError if the files are damaged, do not fit each other, or are exchanged.
    """
    images, labels, test_images, test_labels = (read_idx(fetch(name, file)) for file in files)
    if test_labels.size > labels.size:
        raise DataError(
            f"the test files of {name} (t10k-…) must hold fewer items than the train files, got "
            f"{test_labels.size:,} and {labels.size:,}: one is in place of the other; get the "
            "originals again"
        )
    return train_and_test(name, (images, labels), (test_images, test_labels), label_names)


def read_idx(path: Path) -> Pixels:
    """The array in an idx file of unsigned bytes, gzipped or not. Raises DataError if damaged."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(_damaged(path, str(error))) from error
    if len(content) < 4 or content[:3] != bytes((0, 0, UNSIGNED_BYTES)):
        raise DataError(_damaged(path, "it does not begin like one"))
    start = 4 + 4 * content[3]
    sizes = [content[place : place + 4] for place in range(4, start, 4)]
    shape = tuple(int.from_bytes(size, "big") for size in sizes)
    expected = start + prod(shape)
    if len(content) != expected:
        raise DataError(_damaged(path, f"it has {len(content)} bytes instead of {expected}"))
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _damaged(path: Path, reason: str) -> str:
    return f"{str(path)!r} is not a whole idx file ({reason}): get the original again"
