"""Raw items inside zip archives."""

from __future__ import annotations

import threading
import zipfile
import zlib
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import final

from gemel.data.sources.digests import KnownFingerprints, file_digest
from gemel.errors import DataError, ItemError
from gemel.inputs.digest import digest_of_all

BAD_MEMBER = (
    OSError,
    EOFError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
)
"""What `zipfile` raises for members that are missing, damaged or compressed by unknown methods."""


@final
@dataclass(frozen=True)
class ZipItems:
    """Members of zip archives, read without unpacking; thread-safe."""

    paths: tuple[Path, ...]
    members: tuple[tuple[int, str], ...]
    """(position in `paths`, name inside that archive) of each item."""
    names: tuple[str, ...]
    _known: KnownFingerprints = field(
        default_factory=KnownFingerprints, init=False, repr=False, compare=False
    )
    _archives: tuple[zipfile.ZipFile, ...] = field(init=False, repr=False, compare=False)
    _lock: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_archives", tuple(map(open_zip, self.paths)))

    def __len__(self) -> int:
        return len(self.members)

    def raw(self, index: int) -> bytes:
        archive, member = self.members[index]
        try:
            with self._lock:
                return self._archives[archive].read(member)
        except BAD_MEMBER as error:
            raise ItemError(
                f"{member!r} in {str(self.paths[archive])!r} is damaged ({error}): get the "
                "archive again"
            ) from error

    def name(self, index: int) -> str:
        return self.names[index]

    def fingerprint(self) -> str:
        """Hex digest of the archives and the chosen members.

        Archives are hashed again only if the size or modification time of one has changed.
        """
        return self._known.of(self.paths, self._hashed)

    def _hashed(self) -> str:
        archives = (file_digest(path, path.name) for path in self.paths)
        members = (
            f"{archive} {member}\0".encode("utf-8", "surrogateescape")
            for archive, member in self.members
        )
        return digest_of_all(chain(archives, members)).hex()


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip archive. Raises DataError for a file that is none, or is damaged."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise DataError(
            f"{str(path)!r} is not a whole zip archive ({error}): get the original file again"
        ) from error
