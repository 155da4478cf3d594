"""Raw items in files, in memory, or inside zip archives."""

from __future__ import annotations

import threading
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import final

import numpy as np

from gemel.arrays import Array, Indices
from gemel.data.dataset import Items
from gemel.data.threads import ordered_map
from gemel.errors import DataError, ItemError
from gemel.inputs import Raw

FILES_PER_TASK = 64
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
class FileItems:
    """Files by their path relative to `root`. Problems show when a file is read."""

    root: Path
    names: tuple[str, ...]
    _known: dict[bytes, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Fingerprints by the stamps (sizes and modification times) of the files."""

    def __len__(self) -> int:
        return len(self.names)

    def raw(self, index: int) -> Path:
        return self.root / self.names[index]

    def name(self, index: int) -> str:
        return self.names[index]

    def fingerprint(self) -> str:
        """Hex digest of the names and contents of all files.

        Files are hashed again only if the size or modification time of one has changed.
        """
        stamps = _stamps(self.root / name for name in self.names)
        if stamps not in self._known:
            self._known[stamps] = self._hashed()
        return self._known[stamps]

    def _hashed(self) -> str:
        whole = blake2b(digest_size=16)
        for digests in ordered_map(self._digests, range(0, len(self), FILES_PER_TASK)):
            whole.update(digests)
        return whole.hexdigest()

    def _digests(self, start: int) -> bytes:
        names = self.names[start : start + FILES_PER_TASK]
        return b"".join(_file_digest(self.root / name, name) for name in names)


@final
@dataclass(frozen=True)
class ArrayItems:
    """Items that are the rows of arrays in memory, named `prefix/row`."""

    parts: tuple[tuple[str, Array], ...]
    """(prefix, array) pairs; the items of all arrays follow one another."""

    def __len__(self) -> int:
        return sum(len(array) for _, array in self.parts)

    def raw(self, index: int) -> Array:
        array, offset = self._found(index)[1:]
        item: Array = array[offset]
        return item

    def name(self, index: int) -> str:
        prefix, _, offset = self._found(index)
        return f"{prefix}/{offset}"

    def fingerprint(self) -> str:
        whole = blake2b(digest_size=16)
        for prefix, array in self.parts:
            whole.update(f"{prefix} {array.shape} {array.dtype} ".encode())
            whole.update(array.tobytes())
        return whole.hexdigest()

    def _found(self, index: int) -> tuple[str, Array, int]:
        for prefix, array in self.parts:
            if index < len(array):
                return prefix, array, index
            index -= len(array)
        raise IndexError(index)


@final
@dataclass(frozen=True)
class MemoryItems:
    """Texts, bytes or arrays in memory; a content that is an ItemError is raised when read."""

    names: tuple[str, ...]
    contents: tuple[str | bytes | Array | ItemError, ...]

    def __len__(self) -> int:
        return len(self.names)

    def raw(self, index: int) -> str | bytes | Array:
        content = self.contents[index]
        if isinstance(content, ItemError):
            raise content
        return content

    def name(self, index: int) -> str:
        return self.names[index]

    def fingerprint(self) -> str:
        whole = blake2b(digest_size=16)
        for name, content in zip(self.names, self.contents, strict=True):
            whole.update(name.encode("utf-8", "surrogatepass") + b"\0" + content_digest(content))
        return whole.hexdigest()


@final
@dataclass(frozen=True)
class ZipItems:
    """Members of zip archives, read without unpacking; thread-safe."""

    paths: tuple[Path, ...]
    members: tuple[tuple[int, str], ...]
    """(position in `paths`, name inside that archive) of each item."""
    names: tuple[str, ...]
    _known: dict[bytes, str] = field(default_factory=dict, init=False, repr=False, compare=False)
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
        stamps = _stamps(self.paths)
        if stamps not in self._known:
            self._known[stamps] = self._hashed()
        return self._known[stamps]

    def _hashed(self) -> str:
        whole = blake2b(digest_size=16)
        for path in self.paths:
            whole.update(_file_digest(path, path.name))
        for archive, member in self.members:
            whole.update(f"{archive} {member}\0".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()


@final
@dataclass(frozen=True)
class ChosenItems:
    """A selection of other items, renumbered from 0."""

    items: Items
    chosen: Indices

    def __len__(self) -> int:
        return len(self.chosen)

    def raw(self, index: int) -> Raw:
        return self.items.raw(int(self.chosen[index]))

    def name(self, index: int) -> str:
        return self.items.name(int(self.chosen[index]))

    def fingerprint(self) -> str:
        whole = blake2b(self.items.fingerprint().encode(), digest_size=16)
        whole.update(np.ascontiguousarray(self.chosen).tobytes())
        return whole.hexdigest()


def content_digest(content: str | bytes | Array | ItemError) -> bytes:
    """A 16-byte digest of a content and its type; for arrays, of their dtype and shape too."""
    if isinstance(content, np.ndarray):
        kind, data = f"{content.dtype} {content.shape}", np.ascontiguousarray(content).tobytes()
    elif isinstance(content, bytes):
        kind, data = "bytes", content
    else:
        kind, data = type(content).__name__, str(content).encode("utf-8", "surrogatepass")
    return blake2b(kind.encode() + b"\0" + data, digest_size=16).digest()


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip archive. Raises DataError for a file that is none, or is damaged."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise DataError(
            f"{str(path)!r} is not a whole zip archive ({error}): get the original file again"
        ) from error


def _stamps(paths: Iterable[Path]) -> bytes:
    """A digest of the sizes and modification times of the files."""
    whole = blake2b(digest_size=16)
    for path in paths:
        try:
            about = path.stat()
            whole.update(f"{about.st_size} {about.st_mtime_ns} ".encode())
        except OSError:
            whole.update(b"- ")
    return whole.digest()


def _file_digest(path: Path, name: str) -> bytes:
    digest = blake2b(name.encode(errors="surrogateescape") + b"\0", digest_size=16)
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        # The pack lists the item as unreadable; here it only needs a digest of its own.
        digest.update(f"unreadable {error.errno}".encode())
    return digest.digest()
