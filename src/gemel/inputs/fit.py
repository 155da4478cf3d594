"""A picture of any size → a picture of the wanted size: padded, stretched, cropped or framed."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PIL import Image

from gemel.inputs.ink import framed
from gemel.inputs.sheet import Size, border_colour, resize

Fit: TypeAlias = Literal["pad", "stretch", "crop", "ink"]
"""`pad` shows everything and keeps the aspect; `stretch` shows everything; `crop` the middle; `ink`
what is drawn, wherever on the sheet it stands."""


def fit(image: Image.Image, size: Size, how: Fit) -> Image.Image:
    """The picture at exactly `size`; one that has it already is untouched, unless by its ink."""
    if how == "ink":
        return framed(image, size)
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
