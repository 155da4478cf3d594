"""Guess the kind of a raw item without reading it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from PIL import Image

from gemel.inputs.raw import Raw
from gemel.inputs.series.read import ENDINGS, NPY_MAGIC

PLAIN_PICTURE = re.compile(rb"P[1-6]\s+[#\d]")
"""The start of PBM, PGM and PPM files, whose headers are text."""

SeenKind: TypeAlias = Literal["image", "series"]


def kind_of(raw: Raw) -> SeenKind | None:
    """The kind by a path's ending, a file's first bytes, or an array's dtype and shape.

    None if these do not decide, as for most arrays.

    >>> kind_of("a.png"), kind_of("a.sig"), kind_of(np.zeros((9, 2)))
    ('image', 'series', None)
    """
    if isinstance(raw, str | Path):
        return "series" if Path(raw).suffix.lower() in ENDINGS else "image"
    if isinstance(raw, bytes):
        if PLAIN_PICTURE.match(raw):
            return "image"
        textual = raw.startswith(NPY_MAGIC) or b"\0" not in raw[:256]
        return "series" if textual else "image"
    if isinstance(raw, np.ndarray):
        return "image" if raw.dtype == np.uint8 or raw.ndim > 2 else None
    return "image" if isinstance(raw, Image.Image) else "series"
