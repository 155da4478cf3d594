"""Files that call themselves pictures and are not, and folders of small ones that are."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (12, 12), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def class_folders(root: Path, labels: int = 3, items: int = 8) -> Path:
    for label in range(labels):
        for item in range(items):
            picture(root / f"label{label}" / f"{item}.png", 100 * label + item)
    return root


def text(path: Path) -> None:
    path.write_text("I am no picture")


def truncated(path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:900])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def broken_link(path: Path) -> None:
    path.symlink_to("nowhere.png")


def bomb(path: Path, side: int = 30_000) -> None:
    """About 110 KB on disk that unfold into 900 million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    squeeze = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


UNREADABLE = {
    "text.jpg": (text, "is not a picture that can be read, whatever its name says"),
    "truncated.jpg": (truncated, "is damaged and cannot be decoded"),
    "empty.png": (empty, "is empty (0 bytes)"),
    "link.png": (broken_link, "is a symbolic link to 'nowhere.png', which is missing"),
    "bomb.png": (bomb, "may have at most 100 megapixels"),
}
"""Name → how to make it, and what must be said of it."""
