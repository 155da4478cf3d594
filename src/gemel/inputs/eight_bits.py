"""Convert pictures and arrays to eight bits, grey or RGB, with transparency on white."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gemel.arrays import Array, Floats, Pixels
from gemel.errors import ItemError

SIXTEEN_BITS = ("PPM", "PNG")
"""The formats whose pictures Pillow opens in mode I if they have 16 bits."""


def eight_bits(image: Image.Image, file_format: str | None) -> Image.Image:
    """A loaded picture in mode L or RGB, read from a file of this format (None: not from a file).

    Raises ItemError, without a name, for other numbers.
    """
    if image.mode.startswith("I;16"):
        return _from_sixteen(np.asarray(image), image.info.get("transparency"))
    if image.mode == "I":
        numbers = np.asarray(image)
        if file_format not in SIXTEEN_BITS and numbers.min() >= 0 and numbers.max() <= 255:
            return Image.fromarray(numbers.astype(np.uint8))
        return _from_sixteen(numbers)
    if image.mode == "F":
        return _from_float(np.asarray(image))
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB")


def _from_sixteen(numbers: Array, clear: int | None = None) -> Image.Image:
    """16-bit grey as 8-bit grey; pixels of the value `clear` are transparent, and become white."""
    if numbers.min() < 0 or numbers.max() > 65535:
        raise ItemError(
            f"holds numbers from {numbers.min()} to {numbers.max()} where 0 to 65535 was expected: "
            "save it with 8 or 16 bits"
        )
    # 65535 = 255 · 257: round to the nearest of 256 levels.
    pixels = ((numbers.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return Image.fromarray(
        pixels if clear is None else np.where(numbers == clear, np.uint8(255), pixels)
    )


def _from_float(numbers: Floats) -> Image.Image:
    if not np.isfinite(numbers).all() or numbers.min() < 0 or numbers.max() > 255:
        raise ItemError("holds floats outside 0 to 255: scale them to 0–1 or save with 8 bits")
    scale = 255.0 if numbers.max() <= 1 else 1.0
    return Image.fromarray(np.rint(numbers * scale).astype(np.uint8))


def pixels_of(numbers: Array, named: str) -> Pixels:
    """(h, w) or (h, w, 3) pixels of an array; ItemErrors call it `named`."""
    if numbers.ndim == 3 and numbers.shape[2] == 1:
        numbers = numbers[..., 0]
    if numbers.ndim not in (2, 3) or (numbers.ndim == 3 and numbers.shape[2] not in (3, 4)):
        raise ItemError(
            f"{named} must have the shape (height, width) or (height, width, 3 or 4), "
            f"got {numbers.shape}"
        )
    if numbers.size == 0:
        raise ItemError(f"{named} has no pixels (shape {numbers.shape})")
    pixels = _bytes_of(numbers, named)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        return np.asarray(_on_white(Image.fromarray(pixels)))
    return pixels


def _bytes_of(numbers: Array, named: str) -> Pixels:
    if numbers.dtype == np.uint8:
        return np.ascontiguousarray(numbers)
    if not np.issubdtype(numbers.dtype, np.floating):
        raise ItemError(
            f"{named} must be uint8 (0–255) or float (0–1), got {numbers.dtype}: divide by the "
            "largest possible value, or for 0–255 use .astype('uint8')"
        )
    low, high = float(numbers.min()), float(numbers.max())
    if not (low >= 0 and high <= 1):  # also refuses NaN
        raise ItemError(
            f"{named} as floats must lie in 0–1, got {low:g} to {high:g}: divide by the largest "
            "possible value, or pass uint8"
        )
    pixels: Pixels = np.rint(numbers * 255).astype(np.uint8)
    return pixels


def _on_white(image: Image.Image) -> Image.Image:
    mode = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    colours = image.convert("RGBA")
    white = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(white, colours).convert(mode)
