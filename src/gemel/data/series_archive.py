"""A set of the UCR/UEA archive: many series in one `.ts` file, or a TRAIN and a TEST file of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gemel.arrays import Array
from gemel.data.coding import coded
from gemel.data.dataset import TEST, Dataset
from gemel.data.soundness import sound
from gemel.data.sources import MemoryItems
from gemel.errors import DataError, ItemError
from gemel.inputs.series.ts import parse_ts


def series_archive(path: Path) -> Path | None:
    """The TRAIN file of a folder that holds a set of the archive; None for any other folder.

    Where there are several (a set may also come padded to equal lengths) it is the one that is
    named like the folder.
    """
    found = sorted(train for train in path.glob("*_TRAIN.ts") if _test_of(train).is_file())
    own = [train for train in found if train.name == f"{path.resolve().name}_TRAIN.ts"]
    return next(iter([*own, *found]), None)


def open_ts(path: Path) -> Dataset:
    """The series of a `.ts` file; with `X_TRAIN.ts` come those of `X_TEST.ts`, as test items.

    Items are called `train/0` … `test/9`. Raises DataError for a header or a line that cannot be
    read, and for series without labels.
    """
    files = [(path, -1)]
    if path.name.endswith("_TRAIN.ts") and _test_of(path).is_file():
        files.append((_test_of(path), TEST))
    name = path.name.removesuffix(".ts").removesuffix("_TRAIN")
    names: list[str] = []
    contents: list[Array] = []
    labels: list[str] = []
    split: list[int] = []
    for file, part in files:
        series = _series(file)
        before = ("test/" if part == TEST else "train/") if len(files) > 1 else ""
        names += [f"{before}{number}" for number in range(len(series))]
        contents += [values for values, _ in series]
        labels += [label for _, label in series]
        split += [part] * len(series)
    label_names, codes = coded(labels)
    return sound(
        Dataset(
            name=name,
            kind="series",
            items=MemoryItems(tuple(names), tuple(contents)),
            labels=codes,
            label_names=label_names,
            split=np.array(split, np.int64) if len(files) > 1 else None,
        )
    )


def _series(path: Path) -> list[tuple[Array, str]]:
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read ({error.strerror})") from error
    try:
        series = list(parse_ts(text, repr(str(path))))
    except ItemError as error:
        # A line that cannot be read leaves no telling where the next series begins.
        raise DataError(str(error)) from None
    if not series or not series[0][1]:
        raise DataError(
            f"{str(path)!r} must hold series with labels (@classLabel true … in its header), got "
            f"{len(series)} series" + (" without labels" if series else "")
        )
    return series


def _test_of(train: Path) -> Path:
    return train.with_name(train.name.replace("_TRAIN.ts", "_TEST.ts"))
