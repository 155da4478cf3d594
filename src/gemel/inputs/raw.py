"""The type of an item before its input reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from gemel.arrays import Array

Raw: TypeAlias = (
    str | Path | bytes | Array | Image.Image | list[Any] | tuple[Any, ...] | Mapping[str, Any]
)
"""A path or a text, the bytes of a file, an array, a Pillow image, or the samples or named columns
of a sequence. Data frames are read too; they have no type that could be named without pandas.

Each input reads some of these and refuses the others with an ItemError.
"""
