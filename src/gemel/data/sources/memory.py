"""Raw items in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Array
from gemel.errors import ItemError
from gemel.inputs.digest import digest, digest_of_all


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
        return digest_of_all(self._described()).hex()

    def _described(self) -> Iterator[bytes]:
        for prefix, array in self.parts:
            yield f"{prefix} {array.shape} {array.dtype} ".encode()
            yield array.tobytes()

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
        return digest_of_all(
            name.encode("utf-8", "surrogatepass") + b"\0" + content_digest(content)
            for name, content in zip(self.names, self.contents, strict=True)
        ).hex()


def content_digest(content: str | bytes | Array | ItemError) -> bytes:
    """A digest of a content and its type; for arrays, of their dtype and shape too."""
    if isinstance(content, np.ndarray):
        kind, data = f"{content.dtype} {content.shape}", np.ascontiguousarray(content).tobytes()
    elif isinstance(content, bytes):
        kind, data = "bytes", content
    else:
        kind, data = type(content).__name__, str(content).encode("utf-8", "surrogatepass")
    return digest(kind.encode() + b"\0" + data)
