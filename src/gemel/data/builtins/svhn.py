"""`svhn`: 99,289 house-number digits from street photographs, 32×32 (the cropped version).

Netzer, Wang, Coates, Bissacco, Wu & Ng, "Reading Digits in Natural Images with Unsupervised
Feature Learning", 2011. The checksums are torchvision's; the 531,131 extra digits are left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gemel.arrays import Array, Codes
from gemel.counting import SHOWN
from gemel.data.builtins.labelled_bytes import train_and_test
from gemel.data.dataset import Dataset
from gemel.data.download import Archive, fetch
from gemel.errors import DataError, MissingExtra

HOME = "http://ufldl.stanford.edu/housenumbers/"

TRAIN = Archive(HOME + "train_32x32.mat", "md5:e26dedcc434d2e4c54c9b2d4a06d8373")
TEST = Archive(HOME + "test_32x32.mat", "md5:eb5a983be6a315427106f1b164d9cef3")

SIDE = 32
DIGITS = tuple(map(str, range(10)))


def open_svhn() -> Dataset:
    """Items are (32, 32, 3) uint8, named `train/0` … `test/26031`, labels "0" to "9"."""
    train, test = (_read(fetch("svhn", archive)) for archive in (TRAIN, TEST))
    return train_and_test("svhn", train, test, DIGITS)


def _read(path: Path) -> tuple[Array, Codes]:
    """(n, 32, 32, 3) pictures and (n,) digits, from `X` (32, 32, 3, n) and `y` (10 for 0)."""
    arrays = _matlab(path)
    pictures, labels = arrays.get("X"), arrays.get("y")
    if pictures is None or labels is None or pictures.shape[:-1] != (SIDE, SIDE, 3):
        raise DataError(
            f"{str(path)!r} must hold X of {SIDE}×{SIDE}×3×n and y, got "
            f"{', '.join(sorted(arrays)) or 'nothing'}: get the original file again"
        )
    others = np.unique(labels[~np.isin(labels, range(1, 11))])
    if pictures.dtype != np.uint8 or len(others):
        in_y = ", ".join(map(str, others[:SHOWN])) or "such numbers"
        raise DataError(
            f"{str(path)!r} must hold bytes in X and numbers from 1 to 10 in y, got "
            f"{pictures.dtype} in X and {in_y} in y: get the original file again"
        )
    return np.moveaxis(pictures, -1, 0), labels.ravel().astype(np.int64) % 10


def _matlab(path: Path) -> dict[str, Array]:
    """The arrays X and y of a MATLAB 5 file, read by SciPy, on which scikit-learn depends."""
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise MissingExtra("scipy", "digits", "reading the MATLAB files of svhn") from error
    try:
        tree: dict[str, Any] = loadmat(path, variable_names=["X", "y"])
    except Exception as error:
        # On damaged bytes SciPy's reader raises any type of error: TypeError, zlib.error, ….
        raise DataError(
            f"{str(path)!r} is not a whole MATLAB file ({error}): get the original file again"
        ) from error
    return {name: value for name, value in tree.items() if isinstance(value, np.ndarray)}
