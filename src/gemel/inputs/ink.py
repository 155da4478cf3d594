"""Where the ink of a drawing is, and the drawing centred and scaled by it.

Where on the sheet a drawing stands, and how large, says little of what it is; but a dot must not
become a blot, so nothing is enlarged beyond `SMALLEST` of the sheet.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from gemel.inputs.sheet import Size, border_colour, resize

FAINT = 16
"""Of 255: a picture that differs from its border by no more has no ink."""
SMALLEST = 0.28
"""The smallest frame around ink, as a share of the picture's longer side."""
MOST_PAPER = 8
"""Times a picture's own pixels that its frame is laid out at full size."""
FILLED = 0.8
"""Of the frame, by the longer side of the ink."""


def framed(image: Image.Image, size: Size) -> Image.Image:
    """The ink in the middle of `size`, aspect kept, on the colour of the picture's border."""
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
    """The same for a picture so narrow that its frame would be nearly all paper: what of it lies in
    the frame is scaled by itself."""
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
    """(left, top, right, bottom) of what stands out; the whole picture where nothing does.

    Ink is what differs from the border's colour at least half as much as the most different pixel.

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
