"""Digests of decoded items, by which a split keeps equal items together."""

from __future__ import annotations

from hashlib import blake2b

DIGEST_BYTES = 16


def digest(content: bytes) -> bytes:
    """`DIGEST_BYTES` bytes, equal for equal content."""
    return blake2b(content, digest_size=DIGEST_BYTES).digest()
