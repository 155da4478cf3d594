"""Find the original archives of the built-in datasets, or download them once."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import final

from gemel.data.cache import cache_root
from gemel.errors import DataError, MissingData
from gemel.progress import shown_progress
from gemel.whole_file import whole_file

BLOCK = 1 << 18
PATIENCE_SECONDS = 30


@final
@dataclass(frozen=True)
class Archive:
    """A published file. `checksum` is `md5:…` or `sha256:…`."""

    url: str
    checksum: str | None = None

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]


def at_hand(dataset: str, file: str) -> Path | None:
    """The path of `$GEMEL_DATA/dataset/file` or of an earlier download; None if there is none."""
    return next((folder / file for folder in places(dataset) if (folder / file).exists()), None)


def put_by_hand(dataset: str, file: str, how: str) -> Path:
    """As `at_hand`, of a dataset that is not downloaded.

    Raises MissingData, which says `how` to get the file, and where it belongs.
    """
    found = at_hand(dataset, file)
    if found is None:
        where = " or ".join(repr(str(folder / file)) for folder in places(dataset))
        raise MissingData(f"{dataset} is not at hand and comes with no download: {how} {where}")
    return found


def places(dataset: str) -> list[Path]:
    """The folders that are searched, in this order; downloads go to the last."""
    own = os.environ.get("GEMEL_DATA")
    return [*([Path(own) / dataset] if own else []), cache_root() / "data" / dataset]


def fetch(dataset: str, archive: Archive) -> Path:
    """The path of the archive, which is downloaded if it is not at hand.

    Only downloads are checked against the checksum. Raises MissingData, saying where to put the
    file, if the download fails, and DataError if its checksum is wrong or the cache not writable.
    """
    found = at_hand(dataset, archive.file)
    if found is not None:
        return found
    home = places(dataset)[-1] / archive.file
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{archive.file} cannot be kept in {str(home.parent)!r} ({error.strerror}): set "
            "GEMEL_CACHE to a folder that can be written"
        ) from error
    with whole_file(home) as partial:
        with partial.open("wb") as stream:
            for block in _blocks(dataset, archive):
                stream.write(block)
        _refuse_altered(archive, partial)
    return home


def _blocks(dataset: str, archive: Archive) -> Iterator[bytes]:
    """The blocks of the archive as they arrive, with progress shown."""
    try:
        with urllib.request.urlopen(archive.url, timeout=PATIENCE_SECONDS) as response:
            total = int(response.headers.get("Content-Length") or 0)
            done = 0
            with shown_progress().stage(f"downloading {archive.file}", total or 1) as stage:
                while block := response.read(BLOCK):
                    yield block
                    done += len(block)
                    # Without a Content-Length, only the note shows progress.
                    stage.advance(done if total else 0, f"{done / 2**20:.1f} MiB")
    except (OSError, HTTPException) as error:
        raise MissingData(_where_to_put(dataset, archive, error)) from error
    if done < total:
        raise MissingData(
            f"the download of {archive.url} ended after {done} of {total} bytes: try again"
        )


def _where_to_put(dataset: str, archive: Archive, error: Exception) -> str:
    where = " or ".join(repr(str(folder)) for folder in places(dataset))
    own = "" if len(places(dataset)) > 1 else f" (or into FOLDER/{dataset} with GEMEL_DATA=FOLDER)"
    return (
        f"{dataset} needs {archive.file}, which could not be downloaded from {archive.url} "
        f"({error}): put the file into {where}{own}"
    )


def _refuse_altered(archive: Archive, path: Path) -> None:
    if archive.checksum is None:
        return
    algorithm, _, expected = archive.checksum.partition(":")
    with path.open("rb") as stream:
        got = hashlib.file_digest(stream, algorithm).hexdigest()
    if got != expected:
        raise DataError(
            f"what {archive.url} sent is not the published {archive.file}: its {algorithm} must be "
            f"{expected}, got {got}; try again, or get the file elsewhere"
        )
