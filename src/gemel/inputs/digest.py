"""Digests of contents: a split keeps equal items together by them, and a pack is found again."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple, final

from gemel.arrays import Array

DIGEST_BYTES = 16


@final
class Digested(NamedTuple):
    """An item as its input reads it, its digest, and how many of its samples had a gap."""

    values: Array
    digest: bytes
    gaps: int = 0


def digest(content: bytes) -> bytes:
    """`DIGEST_BYTES` bytes, equal for equal content."""
    return digest_of_all([content])


def digest_of_all(parts: Iterable[bytes]) -> bytes:
    """The digest of the parts put together."""
    whole = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        whole.update(part)
    return whole.digest()
