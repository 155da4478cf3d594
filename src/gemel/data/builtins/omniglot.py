"""`omniglot`: 1,623 characters of 50 alphabets, each drawn by 20 people, 105×105.

Lake, Salakhutdinov & Tenenbaum, "Human-level concept learning through probabilistic program
induction", Science, 2015. `omniglot-small1` and `omniglot-small2` have five background alphabets
each instead of 30, closer to what an adult may have seen. The zips are read without unpacking;
their checksums are torchvision's and, for the small ones, TensorFlow Datasets'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.data.dataset import TEST, Dataset
from gemel.data.download import Archive, fetch
from gemel.data.sources import ZipItems, open_zip
from gemel.errors import DataError

HOME = "https://github.com/brendenlake/omniglot/raw/master/python/"

BACKGROUND = Archive(HOME + "images_background.zip", "md5:68d2efa1b9178cc56df9314c21c6e718")
EVALUATION = Archive(HOME + "images_evaluation.zip", "md5:6b91aef0f799c5bb55b94e3f2daec811")
SMALL1 = Archive(
    HOME + "images_background_small1.zip",
    "sha256:f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
)
SMALL2 = Archive(
    HOME + "images_background_small2.zip",
    "sha256:3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f",
)

DRAWING = r"(.+/)?[^/]+/character\d+/\d+_\d+\."
"""The names of drawings, so that any other archive of pictures is refused."""


def _refuse_another(path: Path, wanted: Archive, drawings: Sequence[str]) -> None:
    """Raise DataError for an archive whose top folder is that of another archive of Omniglot."""
    top, own = drawings[0].partition("/")[0], wanted.file.removesuffix(".zip")
    others = {each.file.removesuffix(".zip") for each in (BACKGROUND, EVALUATION, SMALL1, SMALL2)}
    if top != own and top in others:
        raise DataError(
            f"{str(path)!r} must hold the folder {own}, and holds {top}, which is another "
            "archive's: get the original"
        )


@final
@dataclass(frozen=True)
class Drawings:
    """Drawings in archives, as pictures or as pen traces.

    `members` are (position in `paths`, name inside that archive).
    """

    paths: tuple[Path, ...]
    members: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, archives: Sequence[Archive], ending: str = "png") -> Drawings:
        """All drawings of the archives, in this order. Raises DataError for one without any."""
        is_drawing = re.compile(DRAWING + ending).fullmatch
        paths = tuple(fetch("omniglot", archive) for archive in archives)
        members: list[tuple[int, str]] = []
        for position, (path, archive_of) in enumerate(zip(paths, archives, strict=True)):
            with open_zip(path) as archive:
                drawings = sorted(
                    member
                    for member in archive.namelist()
                    if is_drawing(member) and not member.startswith("__MACOSX")
                )
            if not drawings:
                raise DataError(
                    f"{str(path)!r} holds no drawings (Alphabet/characterNN/NNNN_NN.{ending}): get "
                    "the original"
                )
            _refuse_another(path, archive_of, drawings)
            members += [(position, drawing) for drawing in drawings]
        return cls(paths, tuple(members))

    @property
    def names(self) -> tuple[str, ...]:
        """`Alphabet/character01/0001_07.png` of each."""
        return tuple("/".join(member.split("/")[-3:]) for _, member in self.members)

    @property
    def characters(self) -> tuple[str, ...]:
        """`Alphabet/character01` of each."""
        return tuple(name.rpartition("/")[0] for name in self.names)

    @property
    def alphabets(self) -> tuple[str, ...]:
        return tuple(name.partition("/")[0] for name in self.names)

    @property
    def drawers(self) -> tuple[str, ...]:
        """The drawer of each, "01" to "20": the last number of its name."""
        return tuple(PurePosixPath(name).stem.rpartition("_")[2] for name in self.names)

    @property
    def archive(self) -> Codes:
        """(n,) the position in `paths` of each."""
        return np.array([position for position, _ in self.members], np.int64)

    def __getitem__(self, chosen: Indices) -> Drawings:
        return Drawings(self.paths, tuple(self.members[index] for index in chosen))

    def dataset(self, name: str, split: Codes) -> Dataset:
        """A dataset of these drawings: labels are characters, groups alphabets, makers drawers."""
        dataset = Dataset(name, ZipItems(self.paths, self.members, self.names), split=split)
        return dataset.labelled(self.characters).grouped(self.alphabets).made_by(self.drawers)


def open_omniglot(name: str, background: Archive) -> Dataset:
    """Labels are `Alphabet/character01`, groups are alphabets, makers are the drawers "01" to "20".

    Of the two archives, `background` is undecided and the evaluation zip is test.
    """
    drawings = Drawings.of((background, EVALUATION))
    return drawings.dataset(name, np.where(drawings.archive == 1, TEST, -1))
