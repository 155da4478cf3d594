"""Tiny archives in the original formats, for tests of the built-in sets."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image


def png(shade: int) -> bytes:
    return png_of(np.full((3, 3), shade, np.uint8))


def png_of(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def drawings(zip_name: str, alphabets: list[str], drawers=(1, 7)) -> dict[str, bytes]:
    """Two characters of each alphabet by each drawer, every picture a shade of its own."""
    members = {"__MACOSX/x/y/._1.png": b"", f"{zip_name}/.DS_Store": b""}
    for number, alphabet in enumerate(alphabets):
        for character in (1, 2):
            for drawer in drawers:
                file = f"character{character:02d}/{character:04d}_{drawer:02d}.png"
                shade = (100 * number + 10 * character + drawer) % 256
                members[f"{zip_name}/{alphabet}/{file}"] = png(shade)
    return members
