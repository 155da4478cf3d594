"""`cedar`: offline signatures of 55 writers, each with 24 genuine ones and 24 skilled forgeries.

Kalera, Srihari & Xu, "Offline signature verification and identification using distance statistics",
IJPRAI 18, 2004. Read from the folder `binarised`: a folder per writer with `original_W_N.png` and
`forgeries_W_N.png`, black on white. The published scans are not used because they leak the answer:
the background of the forgeries is lighter than that of the genuine signatures.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from gemel.counting import examples
from gemel.data.dataset import Dataset
from gemel.data.download import put_by_hand
from gemel.data.sources import FileItems
from gemel.errors import DataError

FOLDER = "binarised"
HOW = (
    "get its scans from cedar.buffalo.edu, make them black on white (Otsu's threshold), and put "
    "those of writer W into W/original_W_N.png and W/forgeries_W_N.png below"
)
SIGNATURE = re.compile(r"(?P<kind>original|forgeries)_(?P<writer>\d+)_\d+\.png")


def open_cedar() -> Dataset:
    """Labels are writers, "1" to "55"; a forgery has the label of the writer that it imitates.

    Raises MissingData without the folder, DataError for a writer without both kinds of signatures
    or a file in another writer's folder.
    """
    root = put_by_hand("cedar", FOLDER, HOW)
    found = [(path, SIGNATURE.fullmatch(path.name)) for path in sorted(root.glob("*/*"))]
    signatures = [(path, match["writer"], match["kind"]) for path, match in found if match]
    _refuse_misplaced(root, signatures)
    _refuse_one_sided(root, signatures)
    dataset = Dataset(
        name="cedar",
        items=FileItems(root, tuple(path.relative_to(root).as_posix() for path, *_ in signatures)),
        genuine=np.array([kind == "original" for *_, kind in signatures], np.bool_),
    )
    return dataset.labelled([writer for _, writer, _ in signatures])


def _refuse_misplaced(root: Path, signatures: list[tuple[Path, str, str]]) -> None:
    if not signatures:
        raise DataError(f"{str(root)!r} must hold files W/original_W_N.png and W/forgeries_W_N.png")
    for path, writer, _ in signatures:
        if path.parent.name != writer:
            raise DataError(
                f"{str(path.relative_to(root))!r} in {str(root)!r} is named for writer {writer} and"
                f" lies in the folder of {path.parent.name}: move or rename it"
            )


def _refuse_one_sided(root: Path, signatures: list[tuple[Path, str, str]]) -> None:
    writers = {writer for _, writer, _ in signatures}
    for kind in ("original", "forgeries"):
        without = writers - {writer for _, writer, own in signatures if own == kind}
        if without:
            raise DataError(
                f"every writer in {str(root)!r} must have files {kind}_W_N.png, and "
                f"{examples(sorted(without, key=int))} has none: get the files again"
            )
