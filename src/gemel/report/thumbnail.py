"""Thumbnails of pictures, embedded in the page."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from gemel.arrays import Pixels

SIDE = 96
"""Maximum side of a thumbnail in pixels."""

TINY = 32
"""Pictures up to this side are stored losslessly."""

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def thumbnail(pixels: Pixels) -> str:
    """An `<img>` with the picture as a data URI; `pixels` are (c, h, w) uint8 with c of 1, 3 or 4.

    Its `alt` is empty, since the text beside it on the page names it.

    >>> thumbnail(np.zeros((1, 8, 8), np.uint8)).startswith('<img alt="" width="8"')
    True
    """
    channels, height, width = pixels.shape
    if channels not in _MODES:
        raise ValueError(f"a picture has 1, 3 or 4 channels, got {channels}: give (c, h, w)")
    grid = pixels[0] if channels == 1 else np.moveaxis(pixels, 0, 2)
    image = Image.fromarray(np.ascontiguousarray(grid), _MODES[channels])
    tiny = max(height, width) <= TINY
    image.thumbnail((SIDE, SIDE))
    stored = io.BytesIO()
    image.save(stored, "WEBP", lossless=tiny, quality=80, method=4)
    data = base64.b64encode(stored.getvalue()).decode("ascii")
    return (
        f'<img alt="" width="{image.width}" height="{image.height}" '
        f'src="data:image/webp;base64,{data}">'
    )
