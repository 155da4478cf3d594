"""Decoding of pictures to upright 8-bit Pillow images in mode L or RGB, transparency on white.

Files are untrusted: the size that a header announces is checked before any pixel is decoded.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gemel.arrays import Array, Floats, Pixels
from gemel.errors import ItemError
from gemel.inputs.item_file import item_bytes

Picture: TypeAlias = str | Path | bytes | Array | Image.Image
"""A path, the bytes of a file, (h, w) or (h, w, 1|3|4) numbers, or a Pillow image."""

PICTURES = tuple(
    f".{ending}"
    for ending in "png jpg jpeg jpe jfif webp bmp dib gif tif tiff pgm ppm pnm pbm".split()  # noqa: SIM905
)
"""The endings of files that are read as pictures."""

MOST_PIXELS = 100_000_000
"""The largest picture that is decoded: a few kilobytes can decompress to gigabytes."""

DRAFT_PIXELS = 1_000_000
"""JPEGs with more pixels may be decoded at reduced size, at least twice the wanted side."""


def decode(raw: Picture, side: int | None = None) -> Image.Image:
    """Decode a picture to mode L or RGB, 8 bits, rotated by its EXIF tag, transparency on white.

    `side` is the longest side that will be needed: large JPEGs are then decoded at reduced size, at
    least twice that. Raises ItemError naming the file.
    """
    named = f"{str(raw)!r}" if isinstance(raw, str | Path) else "the picture"
    if isinstance(raw, np.ndarray):
        return Image.fromarray(_numbers_to_pixels(raw, named))
    if not isinstance(raw, str | Path | bytes | Image.Image):
        raise ItemError(
            "a picture is a path, the bytes of a file, an array or a Pillow image, got "
            f"{type(raw).__name__}"
        )
    image = raw if isinstance(raw, Image.Image) else _opened(raw, named)
    large = image.width * image.height > DRAFT_PIXELS
    if image is not raw and image.format == "JPEG" and side and large:
        image.draft(image.mode, (2 * side, 2 * side))
    _refuse_bomb(image, named)  # after `draft`, at the size that will be decoded
    try:
        image.load()
        return _eight_bits(ImageOps.exif_transpose(image))
    except ItemError as error:
        raise ItemError(f"{named} {error}") from None
    except Exception as error:
        # On damaged bytes Pillow's decoders raise any type of error: SyntaxError, struct.error, ….
        raise ItemError(
            f"{named} is damaged and cannot be decoded ({_reason(error)}): replace or remove it"
        ) from error


def in_fact_grey(image: Image.Image) -> Image.Image:
    """Convert an RGB picture with equal channels to mode L; return any other unchanged."""
    if image.mode == "L":
        return image
    pixels = np.asarray(image)
    red = pixels[..., 0]
    if np.array_equal(red, pixels[..., 1]) and np.array_equal(red, pixels[..., 2]):
        return image.getchannel(0)
    return image


def _opened(raw: str | Path | bytes, named: str) -> Image.Image:
    content = raw if isinstance(raw, bytes) else item_bytes(Path(raw), named, "a picture")
    if not content:
        raise ItemError(f"{named} is empty (0 bytes): replace or remove it")
    try:
        return Image.open(io.BytesIO(content))
    except Image.DecompressionBombError:
        raise _too_large(named, "far more") from None
    except UnidentifiedImageError:
        raise ItemError(
            f"{named} is not a picture that can be read, whatever its name says: "
            "use PNG, JPEG, WebP, BMP, GIF, TIFF or PGM"
        ) from None
    except Exception as error:
        raise ItemError(f"{named} is damaged: its header cannot be read ({_reason(error)})") from (
            error
        )


def _refuse_bomb(image: Image.Image, named: str) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(named, f"{image.width}×{image.height} pixels")
    if image.width * image.height == 0:
        raise ItemError(f"{named} has no pixels ({image.width}×{image.height})")


def _too_large(named: str, found: str) -> ItemError:
    return ItemError(
        f"{named} may have at most {MOST_PIXELS // 1_000_000} megapixels, got {found}: make the "
        "picture smaller"
    )


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return _from_sixteen(np.asarray(image))
    if image.mode == "I":
        numbers = np.asarray(image)
        # Pillow opens 16-bit PGM and PNG files in this mode; otherwise decide by the values.
        if image.format not in ("PPM", "PNG") and numbers.min() >= 0 and numbers.max() <= 255:
            return Image.fromarray(numbers.astype(np.uint8))
        return _from_sixteen(numbers)
    if image.mode == "F":
        return _from_float(np.asarray(image))
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB")


def _from_sixteen(numbers: Array) -> Image.Image:
    if numbers.min() < 0 or numbers.max() > 65535:
        raise ItemError(
            f"holds numbers from {numbers.min()} to {numbers.max()} where 0 to 65535 was expected: "
            "save it with 8 or 16 bits"
        )
    # 65535 = 255 · 257: round to the nearest of 256 levels.
    return Image.fromarray(((numbers.astype(np.uint32) + 128) // 257).astype(np.uint8))


def _from_float(numbers: Floats) -> Image.Image:
    if not np.isfinite(numbers).all() or numbers.min() < 0 or numbers.max() > 255:
        raise ItemError("holds floats outside 0 to 255: scale them to 0–1 or save with 8 bits")
    scale = 255.0 if numbers.max() <= 1 else 1.0
    return Image.fromarray(np.rint(numbers * scale).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    mode = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    colours = image.convert("RGBA")
    white = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(white, colours).convert(mode)


def _numbers_to_pixels(numbers: Array, named: str) -> Pixels:
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
        raise ItemError(f"{named} must be uint8 (0–255) or float (0–1), got {numbers.dtype}")
    low, high = float(numbers.min()), float(numbers.max())
    if not (low >= 0 and high <= 1):  # also refuses NaN
        raise ItemError(
            f"{named} as floats must lie in 0–1, got {low:g} to {high:g}: divide by the largest "
            "possible value, or pass uint8"
        )
    pixels: Pixels = np.rint(numbers * 255).astype(np.uint8)
    return pixels


def _reason(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
