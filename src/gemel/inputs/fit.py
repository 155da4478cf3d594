"""Fit a picture to a given size: pad, stretch, crop, or centre and scale its ink.

Position and size on the sheet say little about what is drawn. But a dot must not be enlarged to a
blot, so ink smaller than `SMALLEST` of the sheet is scaled as if it had that size.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from PIL import Image

Fit: TypeAlias = Literal["pad", "stretch", "crop", "ink"]
"""`pad` keeps the whole picture and its aspect; `stretch` keeps the whole picture; `crop` keeps the
centre and the aspect; `ink` centres and scales what is drawn, wherever on the sheet it is."""

Size: TypeAlias = tuple[int, int]
"""(width, height), in Pillow's order."""
Box: TypeAlias = tuple[float, float, float, float]

FAINT = 16
"""The largest difference from the border, of 255, at which a picture counts as having no ink."""
SMALLEST = 0.28
"""The smallest side that ink is scaled by, as a share of the picture's longer side."""
MOST_PAPER = 8
"""A frame is composed at full size only up to this many times the picture's pixels."""
FILLED = 0.8
"""The share of the frame that the longer side of the ink takes up."""


def fit(image: Image.Image, size: Size, how: Fit) -> Image.Image:
    """The picture at exactly `size`. Unless fitted by ink, one of that size is left unchanged."""
    if how == "ink":
        return framed(image, size)
    if image.size == size:
        return image
    if how == "stretch":
        return resize(image, size, (0, 0, *image.size))
    return padded(image, size) if how == "pad" else cropped(image, size)


def padded(image: Image.Image, size: Size) -> Image.Image:
    """The scaled picture centred on a canvas of its border's median colour."""
    scale = min(size[0] / image.width, size[1] / image.height)
    inner = (
        min(size[0], max(1, round(image.width * scale))),
        min(size[1], max(1, round(image.height * scale))),
    )
    small = resize(image, inner, (0, 0, *image.size))
    canvas = Image.new(image.mode, size, border_colour(image))
    canvas.paste(small, ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return canvas


def cropped(image: Image.Image, size: Size) -> Image.Image:
    """The largest centred crop of the wanted aspect, scaled to `size`."""
    scale = min(image.width / size[0], image.height / size[1])
    # Rounding may exceed the picture's edge, which Pillow refuses.
    width, height = min(size[0] * scale, image.width), min(size[1] * scale, image.height)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return resize(image, size, (left, top, left + width, top + height))


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


def resize(image: Image.Image, size: Size, box: Box) -> Image.Image:
    """The `box` of a picture at `size`: Lanczos when a side is reduced, else bicubic."""
    reducing = size[0] < box[2] - box[0] or size[1] < box[3] - box[1]
    resampling = Image.Resampling.LANCZOS if reducing else Image.Resampling.BICUBIC
    return image if size == image.size else image.resize(size, resampling, box)


def border_colour(image: Image.Image) -> int | tuple[int, ...]:
    """The median of the outermost pixels, per channel."""
    width, height = image.size
    edges = [(0, 0, width, 1), (0, height - 1, width, height)]
    edges += [(0, 0, 1, height), (width - 1, 0, width, height)]
    channels = len(image.getbands())
    border = np.concatenate([np.asarray(image.crop(edge)).reshape(-1, channels) for edge in edges])
    colour = tuple(int(value) for value in np.median(border, axis=0))
    return colour[0] if len(colour) == 1 else colour
