"""Locate the ink of a drawing, and centre and scale the drawing by it.

Position and size on the sheet say little about what is drawn. But a dot must not be enlarged to a
blot, so ink smaller than `SMALLEST` of the sheet is scaled as if it had that size.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from gemel.inputs.sheet import Size, border_colour, resize

FAINT = 16
"""The largest difference from the border, of 255, at which a picture counts as having no ink."""
SMALLEST = 0.28
"""The smallest side that ink is scaled by, as a share of the picture's longer side."""
MOST_PAPER = 8
"""A frame is composed at full size only up to this many times the picture's pixels."""
FILLED = 0.8
"""The share of the frame that the longer side of the ink takes up."""


def framed(image: Image.Image, size: Size) -> Image.Image:
    """The ink centred in a picture of `size`, aspect kept, on the border's median colour."""
    left, top, right, bottom = ink_box(image)
    scale = max((right - left) / size[0], (bottom - top) / size[1]) / FILLED
    scale = max(scale, SMALLEST * max(image.size) / FILLED / max(size))
    across, down = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    corner = (round((left + right - across) / 2), round((top + bottom - down) / 2))
    if across * down > MOST_PAPER * image.width * image.height:
        return _placed(image, size, scale, corner)
    frame = Image.new(image.mode, (across, down), border_colour(image))
    frame.paste(image, (-corner[0], -corner[1]))
    return resize(frame, size, (0, 0, across, down))


def _placed(image: Image.Image, size: Size, scale: float, corner: tuple[int, int]) -> Image.Image:
    """`framed` for a frame much larger than the picture: scale the part inside the frame, then
    paste it, instead of composing the frame at full size."""
    left, top = (max(0, edge) for edge in corner)
    right = min(image.width, corner[0] + round(size[0] * scale))
    bottom = min(image.height, corner[1] + round(size[1] * scale))
    part = image.crop((left, top, right, bottom))
    across, down = (max(1, round(side / scale)) for side in part.size)
    canvas = Image.new(image.mode, size, border_colour(image))
    place = (round((left - corner[0]) / scale), round((top - corner[1]) / scale))
    canvas.paste(resize(part, (across, down), (0, 0, *part.size)), place)
    return canvas


def ink_box(image: Image.Image) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the ink; the whole picture if it has none.

    Ink is every pixel whose difference from the border's median colour is at least half the
    largest such difference.

    >>> ink_box(Image.fromarray(np.pad(np.zeros((2, 3), np.uint8), 4, constant_values=255)))
    (4, 4, 7, 6)
    """
    pixels = np.asarray(image, np.int16).reshape(image.height, image.width, -1)
    difference = np.abs(pixels - np.asarray(border_colour(image))).max(-1)
    strongest = int(difference.max())
    if strongest <= FAINT:
        return (0, 0, image.width, image.height)
    ink = difference * 2 >= strongest
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
