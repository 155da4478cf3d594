"""`phototour-liberty`, `-notredame`, `-yosemite`: photograph patches around 3D points.

Brown, Hua & Winder, "Discriminative Learning of Local Image Descriptors", PAMI 2011. The archives
as they were published: `patchesNNNN.bmp` are mosaics of 16x16 patches of 64x64 pixels, row by row;
line i of `info.txt` begins with the point that patch i shows; a line of `m50_N_N_0.txt` is
`patch point x patch point x x`, half of its pairs of one point. Checksums are torchvision's.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import final

import numpy as np
from PIL import Image, UnidentifiedImageError

from gemel.arrays import Array, Codes, Pixels
from gemel.data.dataset import TEST, Dataset, Pairs
from gemel.data.download import Archive, fetch
from gemel.data.sources import ZipItems, open_zip
from gemel.errors import DataError, ItemError

HOME = "http://icvl.ee.ic.ac.uk/vbalnt/"
ARCHIVES = {
    name: Archive(f"{HOME}{name}.zip", f"md5:{md5}")
    for name, md5 in (
        ("liberty", "fdd9152f138ea5ef2091746689176414"),
        ("notredame", "509eda8535847b8c0a90bbb210c83484"),
        ("yosemite", "533b2e8eb7ede31be40abc317b2fd4f0"),
    )
}
TAUGHT, ASKED = "m50_500000_500000_0.txt", "m50_100000_100000_0.txt"
"""The pairs that papers train on, and those that they report results on."""
PATCH, ACROSS = 64, 16
"""The side of a patch in pixels, and that of a mosaic in patches."""
MOSAIC = re.compile(r"patches\d+\.bmp")
KEPT_MOSAICS = 8


@final
@dataclass(frozen=True)
class MosaicItems:
    """Patches of mosaics; the most recently decoded mosaics are cached. Thread-safe."""

    mosaics: ZipItems
    count: int
    _decoded: OrderedDict[int, Pixels] = field(
        default_factory=OrderedDict, init=False, repr=False, compare=False
    )
    _lock: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )

    def __len__(self) -> int:
        return self.count

    def raw(self, index: int) -> Array:
        mosaic, place = divmod(index, ACROSS**2)
        row, column = (PATCH * number for number in divmod(place, ACROSS))
        patch: Array = self._mosaic(mosaic)[row : row + PATCH, column : column + PATCH]
        return patch

    def name(self, index: int) -> str:
        mosaic, place = divmod(index, ACROSS**2)
        return f"{self.mosaics.name(mosaic)}/{place}"

    def fingerprint(self) -> str:
        return self.mosaics.fingerprint()

    def _mosaic(self, number: int) -> Pixels:
        with self._lock:
            if number not in self._decoded:
                self._decoded[number] = _decoded(
                    self.mosaics.raw(number), self.mosaics.name(number)
                )
                if len(self._decoded) > KEPT_MOSAICS:
                    self._decoded.popitem(last=False)
            return self._decoded[number]


def open_phototour(name: str) -> Dataset:
    """Labels are 3D points; the pairs are the published ones, of which the 100,000 are test.

    The 500,000 training pairs are included if the archive has them. Raises DataError for an archive
    in which patches, points and pairs do not agree.
    """
    path = fetch("phototour", ARCHIVES[name])
    with open_zip(path) as archive:
        members = {member.rpartition("/")[2]: member for member in sorted(archive.namelist())}
        for needed in ("info.txt", ASKED):
            if needed not in members:
                raise DataError(f"{str(path)!r} holds no {needed}: get the original archive")
        points = _table(archive.read(members["info.txt"]), 2, "info.txt")[:, 0]
        tables = {
            part: _table(archive.read(members[file]), 7, file)
            for file, part in ((TAUGHT, -1), (ASKED, TEST))
            if file in members
        }
    mosaics = {file: each for file, each in members.items() if MOSAIC.fullmatch(file)}
    pairs = _pairs(tables)
    _refuse_contradictions(path, pairs, points, len(mosaics))
    archived = ZipItems((path,), tuple((0, each) for each in mosaics.values()), tuple(mosaics))
    dataset = Dataset(f"phototour-{name}", MosaicItems(archived, len(points)), pairs=pairs)
    return dataset.labelled([str(point) for point in points.tolist()])


PHOTOTOUR = {f"phototour-{name}": partial(open_phototour, name) for name in ARCHIVES}


def _decoded(content: bytes, name: str) -> Pixels:
    try:
        mosaic = np.asarray(Image.open(BytesIO(content)).convert("L"))
    except (UnidentifiedImageError, OSError) as error:
        raise ItemError(f"{name} is no picture ({error}): get the original archive") from error
    if mosaic.shape != (PATCH * ACROSS, PATCH * ACROSS):
        raise ItemError(
            f"{name} must be a mosaic of {ACROSS}x{ACROSS} patches of {PATCH}x{PATCH} pixels, got "
            f"{mosaic.shape[1]}x{mosaic.shape[0]} pixels: get the original archive"
        )
    return mosaic


def _pairs(tables: Mapping[int, Codes]) -> Pairs:
    """The pairs of all tables, by the part that each is for."""
    rows = np.concatenate(list(tables.values()))
    split = np.repeat(list(tables), [len(table) for table in tables.values()])
    return Pairs(rows[:, 0], rows[:, 3], rows[:, 1] == rows[:, 4], split)


def _refuse_contradictions(path: Path, pairs: Pairs, points: Codes, mosaics: int) -> None:
    largest = int(max(pairs.left.max(), pairs.right.max()))
    if largest >= len(points) or len(points) > mosaics * ACROSS**2:
        raise DataError(
            f"{str(path)!r} must have a line in info.txt and a place in a mosaic for every patch, "
            f"got {len(points):,} lines, {mosaics:,} mosaics and a pair of patch {largest:,}: "
            "get the original archive"
        )
    if ((points[pairs.left] == points[pairs.right]) != pairs.same).any():
        raise DataError(
            f"the pairs in {str(path)!r} must agree with the points in its info.txt, and do not: "
            "get the original archive"
        )


def _table(content: bytes, columns: int, name: str) -> Codes:
    """(rows, columns) whole numbers. Raises DataError for any other content."""
    try:
        lines = [line.split() for line in content.splitlines() if line.strip()]
        if any(len(line) != columns for line in lines):
            raise ValueError
        numbers: Codes = np.array(lines, np.int64)
        return numbers.reshape(-1, columns)
    except ValueError:
        raise DataError(
            f"{name} must hold {columns} whole numbers a line: get the original archive"
        ) from None
