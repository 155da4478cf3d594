"""Fit a picture to a given size: pad, stretch, crop, or centre and scale its ink."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PIL import Image

from gemel.inputs.ink import framed
from gemel.inputs.sheet import Size, border_colour, resize

Fit: TypeAlias = Literal["pad", "stretch", "crop", "ink"]
"""`pad` keeps the whole picture and its aspect; `stretch` keeps the whole picture; `crop` keeps the
centre and the aspect; `ink` centres and scales what is drawn, wherever on the sheet it is."""


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
