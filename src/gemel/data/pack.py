"""Decode every item once, into a memory-mapped file cached by the items' content and the input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Indices, Packed, Padded
from gemel.data.cache import cache_root
from gemel.data.dataset import Dataset
from gemel.data.pack_folder import Decoded, PackFolder
from gemel.data.threads import ordered_map
from gemel.data.unreadable import MOST_UNREADABLE, Unreadable, refuse_too_many, skipped
from gemel.errors import DataError, ItemError
from gemel.inputs import Input

Advance: TypeAlias = Callable[[int, int], None]
"""Progress callback, called with (done, total) items; the last call has done = total."""

FORMAT = 2
"""Increased when the same content is packed differently, so that old packs are no longer used."""

MOST_ITEMS_PER_TASK = 64
MOST_BYTES_PER_TASK = 1 << 22
"""The most that a thread decodes at once; a few such tasks per processor are held in memory."""

TYPICAL_LENGTH = 1_000
"""The assumed length of items of varying length, for estimating the size of a task."""


@final
@dataclass(frozen=True)
class Pack:
    """The decoded items of a dataset, on disk; only those that are indexed are loaded.

    `items` is (n, *shape); if items differ in length it is (sum of lengths, *shape), the items
    concatenated, with their `lengths` (n,). `digests` (n, 16) are equal for equal content.
    `readable` (n,) is false for unreadable items, which are zeros in `items` and listed in
    `unreadable` as (name, reason).
    """

    items: np.memmap[Any, Any]
    digests: NDArray[np.uint8]
    readable: NDArray[np.bool_]
    unreadable: tuple[Unreadable, ...]
    lengths: Indices | None = None

    def __len__(self) -> int:
        return len(self.readable)

    def __getitem__(self, indices: Indices) -> Packed:
        """A copy of these items: (b, *shape), or padded to the longest of them."""
        if self.lengths is None:
            return np.array(self.items[indices])
        lengths = self.lengths[indices]
        shape = (len(indices), lengths.max(initial=0), *self.items.shape[1:])
        values = np.zeros(shape, self.items.dtype)
        for row, end in enumerate(self._ends[indices]):
            values[row, : lengths[row]] = self.items[end - lengths[row] : end]
        return Padded(values, lengths)

    def by_length(self, indices: Indices) -> Indices:
        """(b,) positions in `indices` that sort them by length; in order if all are equal."""
        if self.lengths is None:
            return np.arange(len(indices))
        return np.argsort(self.lengths[indices], kind="stable")

    @cached_property
    def _ends(self) -> Indices:
        assert self.lengths is not None
        return np.cumsum(self.lengths)

    @property
    def notices(self) -> tuple[str, ...]:
        """A sentence about the unreadable items; empty if there are none."""
        return skipped(self.unreadable, len(self.unreadable), len(self))


def pack(
    dataset: Dataset,
    input: Input,
    *,
    cache: Path | None = None,
    progress: Advance | None = None,
    most_unreadable: float = MOST_UNREADABLE,
) -> Pack:
    """Decode the dataset, or open its pack if the same content was packed for the same input.

    `cache` is a folder (default: `$GEMEL_CACHE` or the user's cache). Raises DataError if more than
    the share `most_unreadable` of the items cannot be read, or if the pack cannot be written.
    """
    folder = PackFolder(
        (cache or cache_root()) / "packs" / _key(dataset, input),
        count=len(dataset),
        shape=input.shape,
        dtype=input.dtype,
        varying=input.varying,
    )
    if not folder.whole():
        folder.write(_decoded(dataset, input, progress))
    packed = Pack(*folder.opened())
    try:
        refuse_too_many(packed.unreadable, len(packed.unreadable), len(packed), most_unreadable)
    except DataError:
        folder.remove()  # a later version may be able to read more
        raise
    return packed


def _key(dataset: Dataset, input: Input) -> str:
    settings = json.dumps(input.model_dump(mode="json"), sort_keys=True)
    return blake2b(
        f"{FORMAT} {version('pillow')} {dataset.items.fingerprint()} {settings}".encode(),
        digest_size=16,
    ).hexdigest()


def _decoded(dataset: Dataset, input: Input, progress: Advance | None) -> Iterator[Decoded]:
    length = TYPICAL_LENGTH if input.varying else 1
    size = length * int(np.prod(input.shape)) * input.dtype.itemsize
    step = max(1, min(MOST_ITEMS_PER_TASK, MOST_BYTES_PER_TASK // size))

    def decode(start: int) -> Decoded:
        return _decode(dataset, input, range(start, min(start + step, len(dataset))))

    done = 0
    for decoded in ordered_map(decode, range(0, len(dataset), step)):
        yield decoded
        done += len(decoded.readable)
        if progress is not None:
            progress(done, len(dataset))


def _decode(dataset: Dataset, input: Input, indices: range) -> Decoded:
    blank = np.zeros((1, *input.shape) if input.varying else input.shape, input.dtype)
    arrays = [blank] * len(indices)
    digests = np.zeros((len(indices), 16), np.uint8)
    readable = [False] * len(indices)
    unreadable: list[Unreadable] = []
    for row, index in enumerate(indices):
        try:
            arrays[row], digest = input.read_with_digest(dataset.items.raw(index))
        except ItemError as error:
            unreadable.append((dataset.items.name(index), str(error)))
            continue
        digests[row] = np.frombuffer(digest, np.uint8)
        readable[row] = True
    lengths = np.array([len(array) for array in arrays], np.int64).tobytes()
    content = b"".join(array.tobytes() for array in arrays)
    return Decoded(content, lengths, digests.tobytes(), readable, unreadable)
