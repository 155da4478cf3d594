"""`omniglot`: 1,623 characters of 50 alphabets, each drawn by 20 people, 105×105.

Lake, Salakhutdinov & Tenenbaum, "Human-level concept learning through probabilistic program
induction", Science, 2015. The zips are read without unpacking; their checksums are torchvision's.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np

from gemel.arrays import Codes
from gemel.data.advance import Advance
from gemel.data.coding import coded
from gemel.data.dataset import TEST, Dataset
from gemel.data.download import Archive, fetch
from gemel.data.sources import ZipItems, open_zip
from gemel.errors import DataError

HOME = "https://github.com/brendenlake/omniglot/raw/master/python/"

BACKGROUND = Archive(
    "images_background.zip",
    HOME + "images_background.zip",
    "md5:68d2efa1b9178cc56df9314c21c6e718",
)
EVALUATION = Archive(
    "images_evaluation.zip",
    HOME + "images_evaluation.zip",
    "md5:6b91aef0f799c5bb55b94e3f2daec811",
)


def open_omniglot(progress: Advance | None = None) -> Dataset:
    """Labels are `Alphabet/character01`, groups are alphabets, the evaluation zip is test."""
    paths = tuple(fetch("omniglot", archive, progress) for archive in (BACKGROUND, EVALUATION))
    members: list[tuple[int, str]] = []
    for position, path in enumerate(paths):
        with open_zip(path) as archive:
            drawings = sorted(filter(_is_drawing, archive.namelist()))
        if not drawings:
            raise DataError(
                f"{str(path)!r} holds no drawings (Alphabet/characterNN/*.png): get the original"
            )
        members += [(position, drawing) for drawing in drawings]
    names = tuple("/".join(member.split("/")[-3:]) for _, member in members)
    label_names, labels = coded([name.rpartition("/")[0] for name in names])
    group_names, groups = coded([name.partition("/")[0] for name in names])
    return Dataset(
        name="omniglot",
        items=ZipItems(paths, tuple(members), names),
        labels=labels,
        label_names=label_names,
        groups=groups,
        group_names=group_names,
        split=np.array([TEST if position else -1 for position, _ in members], np.int64),
    )


def drawers(dataset: Dataset) -> Codes:
    """(n,) who drew each item of `omniglot`, 1 to 20: the last number of its name."""
    return np.array(
        [
            int(PurePosixPath(dataset.items.name(i)).stem.rpartition("_")[2])
            for i in range(len(dataset))
        ],
        np.int64,
    )


def _is_drawing(member: str) -> bool:
    parts = member.split("/")
    return len(parts) >= 3 and member.endswith(".png") and not member.startswith("__MACOSX")
