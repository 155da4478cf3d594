"""Items that are in memory and differ in size: the members of an archive, the lines of a file."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import final

from gemel.arrays import Array


@final
@dataclass(frozen=True)
class MemoryItems:
    """Bytes or arrays by name; `names` and `contents` belong together."""

    names: tuple[str, ...]
    contents: tuple[bytes | Array, ...]

    def __len__(self) -> int:
        return len(self.names)

    def raw(self, index: int) -> bytes | Array:
        return self.contents[index]

    def name(self, index: int) -> str:
        return self.names[index]

    def fingerprint(self) -> str:
        whole = blake2b(digest_size=16)
        for name, content in zip(self.names, self.contents, strict=True):
            whole.update(name.encode() + b"\0")
            if isinstance(content, bytes):
                whole.update(f"bytes {len(content)} ".encode() + content)
            else:
                whole.update(f"{content.dtype} {content.shape} ".encode() + content.tobytes())
        return whole.hexdigest()
