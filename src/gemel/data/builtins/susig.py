"""`susig`: online signatures, genuine ones and skilled forgeries, from two tablets.

Kholmatov & Yanikoglu, "SUSIG: an on-line signature database, associated protocols and benchmark
results", Pattern Analysis and Applications 12, 2009. Per writer, the visual part has up to 20
genuine signatures from two sessions and 10 forgeries, the blind part 10 and 10. `susig-visual` and
`susig-blind` are one part each. Read from `susig.tar.xz` without unpacking.
"""

from __future__ import annotations

import lzma
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from gemel.data.dataset import Dataset
from gemel.data.download import put_by_hand
from gemel.data.sources import MemoryItems
from gemel.errors import DataError

FILE = "susig.tar.xz"
HOW = "ask for it at biometrics.sabanciuniv.edu and put it at"
SIGNATURE = re.compile(
    r"(?P<part>Visual|Blind)SubCorpus/.*/(?P<writer>\d+)_(?P<session>\w+)_(?P<number>\d+)\.sig"
)
FORGED = "f"


@final
@dataclass(frozen=True, order=True)
class Signature:
    """A signature file: part, claimed writer, session (or `FORGED`), number and bytes."""

    part: str
    writer: str
    session: str
    number: int
    content: bytes

    @property
    def name(self) -> str:
        """`visual/001/2_7`, `blind/004/f_3`."""
        return f"{self.part}/{self.writer}/{self.session}_{self.number}"


def open_susig(*parts: str) -> Dataset:
    """These parts, `visual` or `blind` or both.

    Labels are writers: `visual/001`. The same number in the other part counts as another writer;
    whether anybody signed in both is not known. A forgery has the label of the writer that it
    imitates. Makers are sessions: `1` and `2` in the visual part, `g` in the blind one, `f` for
    forgeries.
    """
    archive = put_by_hand("susig", FILE, HOW)
    signatures = [found for found in _signatures(archive) if found.part in parts]
    dataset = Dataset(
        name="susig" if len(parts) > 1 else f"susig-{parts[0]}",
        kind="series",
        items=MemoryItems(
            tuple(found.name for found in signatures),
            tuple(found.content for found in signatures),
        ),
        genuine=np.array([found.session != FORGED for found in signatures], np.bool_),
    )
    writers = [f"{found.part}/{found.writer}" for found in signatures]
    return dataset.labelled(writers).made_by([found.session for found in signatures])


def _signatures(path: Path) -> list[Signature]:
    """Sorted by part, writer, session and number. Raises DataError for a damaged archive."""
    found = []
    try:
        with tarfile.open(path, "r:xz") as archive:
            for member in archive:
                match = SIGNATURE.search(member.name)
                stream = archive.extractfile(member) if match else None
                if match and stream:
                    part, writer, session, number = match.groups()
                    found.append(
                        Signature(part.lower(), writer, session, int(number), stream.read())
                    )
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError) as error:
        raise DataError(
            f"{str(path)!r} is not a whole .tar.xz archive ({error}): get the original again"
        ) from error
    if not found:
        raise DataError(f"{str(path)!r} must hold {{Visual,Blind}}SubCorpus/…/WRITER_SESSION_N.sig")
    return sorted(found)
