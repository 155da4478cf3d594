"""`orl-faces`: 40 people, 10 photographs each, 92×112.

Samaria & Harter, "Parameterisation of a Stochastic Model for Human Face Identification", 1994.
Credit: AT&T Laboratories Cambridge (formerly Olivetti Research Laboratory). The checksum is bob's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from gemel.data.dataset import Dataset
from gemel.data.download import Archive, at_hand, fetch
from gemel.data.folder import open_folder
from gemel.data.soundness import sound
from gemel.data.sources import ZipItems, open_zip
from gemel.errors import DataError

ARCHIVE = Archive(
    "https://www.cl.cam.ac.uk/research/dtg/attarchive/pub/data/att_faces.zip",
    "md5:6efb25cb0d40755e9492b9c012e3348d",
)

PERSON = re.compile(r"(?:^|/)(s\d+)/(\d+\.pgm)$")


def open_orl_faces() -> Dataset:
    """Labels are people, `s1` to `s40`; read from folders s1, s2, … or from the zip."""
    first = at_hand("orl-faces", "s1")
    if first is None:
        return _from_zip(fetch("orl-faces", ARCHIVE))
    return replace(open_folder(first.parent), name="orl-faces")


def _from_zip(path: Path) -> Dataset:
    with open_zip(path) as archive:
        found = [(name, PERSON.search(name)) for name in sorted(archive.namelist())]
    photographs = [(name, match) for name, match in found if match]
    if not photographs:
        raise DataError(
            f"{str(path)!r} must hold s1/1.pgm to s40/10.pgm and holds no photographs: get the "
            "original archive again"
        )
    items = ZipItems(
        paths=(path,),
        members=tuple((0, name) for name, _ in photographs),
        names=tuple(f"{match[1]}/{match[2]}" for _, match in photographs),
    )
    return sound(Dataset("orl-faces", items).labelled([match[1] for _, match in photographs]))
