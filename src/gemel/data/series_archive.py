"""Datasets of the UCR/UEA archive: one `.ts` file of series, or a TRAIN and a TEST file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gemel.arrays import Array
from gemel.data.dataset import TEST, Dataset
from gemel.data.soundness import sound
from gemel.data.sources import MemoryItems
from gemel.errors import DataError, ItemError
from gemel.inputs.item_file import item_bytes
from gemel.inputs.series.ts import parse_ts


def series_archive(path: Path) -> Path | None:
    """The TRAIN file of a folder that also has the TEST file; None for any other folder.

    If there are several (some datasets also come padded to equal lengths), the one named like the
    folder is preferred.
    """
    found = sorted(train for train in path.glob("*_TRAIN.ts") if _test_of(train).is_file())
    own = [train for train in found if train.name == f"{path.resolve().name}_TRAIN.ts"]
    return next(iter([*own, *found]), None)


def open_ts(path: Path) -> Dataset:
    """The series of a `.ts` file; for `X_TRAIN.ts`, also those of `X_TEST.ts` as test items.

    Items are named `0` …, or `train/0` … and `test/0` … for two files. Raises DataError for an
    invalid header or line, and for series without labels.
    """
    files = {"": path}
    if path.name.endswith("_TRAIN.ts") and _test_of(path).is_file():
        files = {"train/": path, "test/": _test_of(path)}
    read = {prefix: _series(file) for prefix, file in files.items()}
    series = [each for of_file in read.values() for each in of_file]
    names = [f"{prefix}{number}" for prefix in read for number in range(len(read[prefix]))]
    split = [TEST if name.startswith("test/") else -1 for name in names]
    dataset = Dataset(
        name=path.name.removesuffix(".ts").removesuffix("_TRAIN"),
        kind="series",
        items=MemoryItems(tuple(names), tuple(values for values, _ in series)),
        split=np.array(split, np.int64) if len(files) > 1 else None,
    )
    return sound(dataset.labelled([label for _, label in series]))


def _series(path: Path) -> list[tuple[Array, str]]:
    named = repr(str(path))
    try:
        text = item_bytes(path, named, "a .ts file").decode("utf-8", "replace")
        series = list(parse_ts(text, named))
    except ItemError as error:
        # The parser cannot resume after an invalid line, so the whole file is refused.
        raise DataError(str(error)) from None
    if not series or not series[0][1]:
        raise DataError(
            f"{named} must hold series with labels (@classLabel true … in its header), got "
            f"{len(series)} series" + (" without labels" if series else "")
        )
    return series


def _test_of(train: Path) -> Path:
    return train.with_name(train.name.replace("_TRAIN.ts", "_TEST.ts"))
