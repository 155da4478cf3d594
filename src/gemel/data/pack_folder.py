"""The files of a pack, written to a temporary folder that is renamed when complete."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, final

import numpy as np

from gemel.arrays import Indices
from gemel.data.pack import Pack
from gemel.data.unreadable import Unreadable
from gemel.errors import DataError
from gemel.inputs.digest import DIGEST_BYTES

ABANDONED_SECONDS = 3600
"""A partial pack not modified for this long is taken to be left by a killed process."""


class Decoded(NamedTuple):
    """A run of consecutive items as bytes, which of them are readable, errors of the others, and
    how many samples of each had gaps.
    """

    content: bytes
    lengths: bytes
    digests: bytes
    readable: list[bool]
    unreadable: list[Unreadable]
    gaps: list[int]


@final
@dataclass(frozen=True)
class PackFolder:
    """A folder with `items.raw`, `digests.raw`, `readable.raw`, `lengths.raw` and `pack.json`.

    The raw files concatenate the items' entries; `pack.json` lists the unreadable items and counts
    gaps. If `varying`, an item has several steps of `shape`, counted in `lengths.raw`, which else
    is empty.
    """

    path: Path
    count: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    varying: bool

    @property
    def step_bytes(self) -> int:
        """Bytes per item or, if `varying`, per step of an item."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def whole(self) -> bool:
        """Whether the pack exists and all its files have the expected sizes."""
        sizes = {"digests.raw": self.count * DIGEST_BYTES, "readable.raw": self.count}
        try:
            json.loads((self.path / "pack.json").read_text(encoding="utf-8"))
            if self.varying:
                sizes["lengths.raw"] = self.count * np.dtype(np.int64).itemsize
            sizes["items.raw"] = self._steps() * self.step_bytes
            return all((self.path / name).stat().st_size == size for name, size in sizes.items())
        except (OSError, ValueError):
            return False

    def opened(self) -> Pack:
        """The pack, whose items stay on disk."""
        described = json.loads((self.path / "pack.json").read_text(encoding="utf-8"))
        shape = (self._steps(), *self.shape)
        return Pack(
            items=np.memmap(self.path / "items.raw", self.dtype, "r", shape=shape),
            digests=np.fromfile(self.path / "digests.raw", np.uint8).reshape(-1, DIGEST_BYTES),
            readable=np.fromfile(self.path / "readable.raw", np.bool_),
            unreadable=tuple((name, reason) for name, reason in described["unreadable"]),
            gaps=tuple(described["gaps"]),
            lengths=self._lengths() if self.varying else None,
        )

    def _lengths(self) -> Indices:
        return np.fromfile(self.path / "lengths.raw", np.int64)

    def _steps(self) -> int:
        return int(self._lengths().sum()) if self.varying else self.count

    def write(self, parts: Iterable[Decoded]) -> None:
        """Write a pack. Raises DataError, leaving nothing behind, if that fails.

        If several processes write the same pack at once, the first to finish is kept.
        """
        try:
            partial = self._new_partial()
            try:
                self._write_parts(partial, parts)
                self._publish(partial)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _new_partial(self) -> Path:
        """A new folder beside the pack, for its files until they are complete."""
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        self._remove_abandoned()
        return Path(tempfile.mkdtemp(".partial", f"{self.path.name}.", folder))

    def _write_parts(self, partial: Path, parts: Iterable[Decoded]) -> None:
        unreadable: list[Unreadable] = []
        samples = having = 0
        # Plain writes rather than a memory map, where a full disk would kill the process (SIGBUS).
        with (
            (partial / "items.raw").open("wb") as items,
            (partial / "digests.raw").open("wb") as digests,
            (partial / "readable.raw").open("wb") as readable,
            (partial / "lengths.raw").open("wb") as lengths,
        ):
            for part in parts:
                items.write(part.content)
                digests.write(part.digests)
                readable.write(bytes(part.readable))
                lengths.write(part.lengths if self.varying else b"")
                unreadable += part.unreadable
                samples += sum(part.gaps)
                having += sum(map(bool, part.gaps))
            for stream in (items, digests, readable, lengths):
                _sync(stream)
        with (partial / "pack.json").open("w", encoding="utf-8") as described:
            json.dump({"unreadable": unreadable, "gaps": [samples, having]}, described)
            _sync(described)

    def _publish(self, partial: Path) -> None:
        try:
            os.rename(partial, self.path)
        except OSError:
            if self.whole():
                return
            self.remove()
            os.rename(partial, self.path)

    def _remove_abandoned(self) -> None:
        for other in self.path.parent.glob("*.partial"):
            try:
                touched = max(entry.stat().st_mtime for entry in (other, *other.iterdir()))
            except OSError:
                continue
            if time.time() - touched > ABANDONED_SECONDS:
                shutil.rmtree(other, ignore_errors=True)

    def _unwritable(self, error: OSError) -> DataError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            needed = "more room" if self.varying else f"{self.count * self.step_bytes / 1e6:.0f} MB"
            return DataError(
                f"the disk of {str(self.path.parent)!r} is full: the decoded items need "
                f"{needed} there; make room, or set GEMEL_CACHE to a folder elsewhere"
            )
        return DataError(
            f"the decoded items cannot be kept in {str(self.path.parent)!r} ({error.strerror}): "
            "set GEMEL_CACHE to a folder that can be written"
        )


def _sync(stream: IO[Any]) -> None:
    stream.flush()
    os.fsync(stream.fileno())
