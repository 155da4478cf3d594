"""A picture of any size → a picture of the wanted size: padded, stretched or cropped."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from PIL import Image

Fit: TypeAlias = Literal["pad", "stretch", "crop"]
"""`pad` shows everything and keeps the aspect; `stretch` shows everything; `crop` the middle."""

Size: TypeAlias = tuple[int, int]
"""(width, height), as Pillow has it."""

Box: TypeAlias = tuple[float, float, float, float]


def fit(image: Image.Image, size: Size, how: Fit) -> Image.Image:
    """The picture at exactly `size`; one that has it already is returned untouched."""
    if image.size == size:
        return image
    if how == "stretch":
        return resize(image, size, (0, 0, *image.size))
    return padded(image, size) if how == "pad" else cropped(image, size)


def padded(image: Image.Image, size: Size) -> Image.Image:
    """Centred, the rest filled with the median colour of the picture's own border."""
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
    """The largest centred part that has the wanted aspect."""
    scale = min(image.width / size[0], image.height / size[1])
    # Rounding may carry a product a hair past the edge, which Pillow refuses.
    width, height = min(size[0] * scale, image.width), min(size[1] * scale, image.height)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return resize(image, size, (left, top, left + width, top + height))


def resize(image: Image.Image, size: Size, box: Box) -> Image.Image:
    """Part of a picture at another size; Pillow's filters average over all that they leave out."""
    reducing = size[0] < box[2] - box[0] or size[1] < box[3] - box[1]
    resampling = Image.Resampling.LANCZOS if reducing else Image.Resampling.BICUBIC
    return image if size == image.size else image.resize(size, resampling, box)


def border_colour(image: Image.Image) -> int | tuple[int, ...]:
    """The median of the outermost pixels, channel by channel."""
    width, height = image.size
    edges = [(0, 0, width, 1), (0, height - 1, width, height)]
    edges += [(0, 0, 1, height), (width - 1, 0, width, height)]
    channels = len(image.getbands())
    border = np.concatenate([np.asarray(image.crop(edge)).reshape(-1, channels) for edge in edges])
    colour = tuple(int(value) for value in np.median(border, axis=0))
    return colour[0] if len(colour) == 1 else colour
