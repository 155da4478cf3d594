"""Decode every item once, into a pack that is cached by the items' content and the input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np

from gemel.data.cache import cache_root
from gemel.data.dataset import Dataset
from gemel.data.pack import Pack
from gemel.data.pack_folder import Decoded, PackFolder
from gemel.data.threads import ordered_map
from gemel.data.unreadable import MOST_UNREADABLE, Unreadable, refuse_too_many
from gemel.errors import DataError, ItemError
from gemel.inputs import Input
from gemel.inputs.digest import DIGEST_BYTES, Digested, digest

FORMAT = 5
"""Increased when the same content is packed differently, so that old packs are no longer used."""

MOST_ITEMS_PER_TASK = 64
MOST_BYTES_PER_TASK = 1 << 22
"""The most that a thread decodes at once; a few such tasks per processor are held in memory."""

TYPICAL_LENGTH = 1_000
"""The assumed length of items of varying length, for estimating the size of a task."""


def pack(
    dataset: Dataset,
    input: Input,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
    most_unreadable: float = MOST_UNREADABLE,
) -> Pack:
    """Decode the dataset, or open its pack if the same content was packed for the same input.

    `cache` is a folder (default: `$GEMEL_CACHE` or the user's cache); `progress` is called with the
    number of items decoded so far. Raises DataError if more than the share `most_unreadable` of the
    items cannot be read, or if the pack cannot be written.
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
    packed = folder.opened()
    try:
        refuse_too_many(packed.unreadable, len(packed.unreadable), len(packed), most_unreadable)
    except DataError:
        folder.remove()  # a later version may be able to read more
        raise
    return packed


def _key(dataset: Dataset, input: Input) -> str:
    settings = json.dumps(input.model_dump(mode="json"), sort_keys=True)
    content = f"{FORMAT} {version('pillow')} {dataset.items.fingerprint()} {settings}"
    return digest(content.encode()).hex()


def _decoded(
    dataset: Dataset, input: Input, progress: Callable[[int], None] | None
) -> Iterator[Decoded]:
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
            progress(done)


def _decode(dataset: Dataset, input: Input, indices: range) -> Decoded:
    shape = (1, *input.shape) if input.varying else input.shape
    blank = Digested(np.zeros(shape, input.dtype), bytes(DIGEST_BYTES))
    read: list[Digested] = []
    unreadable: list[Unreadable] = []
    for index in indices:
        try:
            read.append(input.read_with_digest(dataset.items.raw(index)))
        except ItemError as error:
            read.append(blank)
            unreadable.append((dataset.items.name(index), str(error)))
    return Decoded(
        content=b"".join(item.values.tobytes() for item in read),
        lengths=np.array([len(item.values) for item in read], np.int64).tobytes(),
        digests=b"".join(item.digest for item in read),
        readable=[item is not blank for item in read],
        unreadable=unreadable,
        gaps=[item.gaps for item in read],
    )
