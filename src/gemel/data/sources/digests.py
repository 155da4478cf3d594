"""Digests of files, hashed again only where one has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import final

from gemel.inputs.digest import digest_of_all


@final
class KnownFingerprints:
    """Fingerprints of some files by their stamps: their sizes and modification times."""

    def __init__(self) -> None:
        self._by_stamps: dict[bytes, str] = {}

    def of(self, paths: Iterable[Path], compute: Callable[[], str]) -> str:
        """The fingerprint of the files, by `compute` unless it is known."""
        stamps = digest_of_all(map(_stamp, paths))
        if stamps not in self._by_stamps:
            self._by_stamps[stamps] = compute()
        return self._by_stamps[stamps]


def _stamp(path: Path) -> bytes:
    try:
        about = path.stat()
    except OSError:
        return b"- "
    return f"{about.st_size} {about.st_mtime_ns} ".encode()


def file_digest(path: Path, name: str) -> bytes:
    """A digest of a file's `name` and content, also of one that cannot be read."""
    return digest_of_all(_named_content(path, name))


def _named_content(path: Path, name: str) -> Iterator[bytes]:
    yield name.encode(errors="surrogateescape") + b"\0"
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                yield block
    except OSError as error:
        # The pack lists the item as unreadable; here it only needs a digest of its own.
        yield f"unreadable {error.errno}".encode()
