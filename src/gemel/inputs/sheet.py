"""Two operations on pictures: resize a part of one, and find the colour of its border."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from PIL import Image

Size: TypeAlias = tuple[int, int]
"""(width, height), in Pillow's order."""

Box: TypeAlias = tuple[float, float, float, float]


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
