"""The original archives of the built-in names: found at hand, or fetched from their home once."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, final

from gemel.data.advance import Advance
from gemel.data.cache import cache_root
from gemel.errors import DataError, MissingData

BLOCK = 1 << 18
PATIENCE_SECONDS = 30


@final
@dataclass(frozen=True)
class Archive:
    """A file as its authors publish it. `checksum` reads `md5:…` or `sha256:…`."""

    file: str
    url: str
    checksum: str | None = None


def at_hand(dataset: str, file: str) -> Path | None:
    """`$GEMEL_DATA/dataset/file`, or an earlier download, or None."""
    return next((folder / file for folder in places(dataset) if (folder / file).exists()), None)


def places(dataset: str) -> list[Path]:
    """Folders that are looked into, in this order; downloads go to the last."""
    own = os.environ.get("GEMEL_DATA")
    return [*([Path(own) / dataset] if own else []), cache_root() / "data" / dataset]


def fetch(dataset: str, archive: Archive, progress: Advance | None = None) -> Path:
    """Where the archive lies, downloading it if it is not at hand.

    A file at hand is taken as it is; a download is checked. Raises MissingData, which says where to
    put the file, when it cannot be had, and DataError when what arrives is not what was published.
    """
    found = at_hand(dataset, archive.file)
    if found is not None:
        return found
    home = places(dataset)[-1]
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=archive.file + ".", suffix=".partial", dir=home)
    except OSError as error:
        raise DataError(
            f"{archive.file} cannot be kept in {str(home)!r} ({error.strerror}): set GEMEL_CACHE "
            "to a folder that can be written"
        ) from error
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            _download(dataset, archive, stream, progress)
        _refuse_altered(archive, partial)
        os.replace(partial, home / archive.file)
    finally:
        partial.unlink(missing_ok=True)
    return home / archive.file


def _download(dataset: str, archive: Archive, stream: IO[bytes], progress: Advance | None) -> None:
    try:
        with urllib.request.urlopen(archive.url, timeout=PATIENCE_SECONDS) as response:
            total = int(response.headers.get("Content-Length") or 0)
            done = 0
            while block := response.read(BLOCK):
                stream.write(block)
                done += len(block)
                if progress is not None:
                    progress(done, max(total, done))
    except (OSError, HTTPException) as error:
        raise MissingData(_where_to_put(dataset, archive, error)) from error
    if done < total:
        raise MissingData(
            f"the download of {archive.url} broke off after {done} of {total} bytes: try again"
        )
    stream.flush()
    os.fsync(stream.fileno())


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
