"""Digests of files, hashed again only where one has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import final


@final
class KnownFingerprints:
    """Fingerprints of some files by their stamps: their sizes and modification times."""

    def __init__(self) -> None:
        self._by_stamps: dict[bytes, str] = {}

    def of(self, paths: Iterable[Path], compute: Callable[[], str]) -> str:
        """The fingerprint of the files, by `compute` unless it is known."""
        stamps = _stamps(paths)
        if stamps not in self._by_stamps:
            self._by_stamps[stamps] = compute()
        return self._by_stamps[stamps]


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


def file_digest(path: Path, name: str) -> bytes:
    """A 16-byte digest of a file's `name` and content, also of one that cannot be read."""
    digest = blake2b(name.encode(errors="surrogateescape") + b"\0", digest_size=16)
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        # The pack lists the item as unreadable; here it only needs a digest of its own.
        digest.update(f"unreadable {error.errno}".encode())
    return digest.digest()
