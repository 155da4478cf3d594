"""Decoding of pictures to upright 8-bit Pillow images in mode L or RGB, transparency on white.

Files are untrusted: the size that a header announces is checked before any pixel is decoded.
"""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from gemel.errors import ItemError
from gemel.inputs.eight_bits import eight_bits, pixels_of
from gemel.inputs.item_file import item_bytes, name_of
from gemel.inputs.raw import Raw

PICTURES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff"),
    *(".pgm", ".ppm", ".pnm", ".pbm"),
)
"""The endings of files that are read as pictures."""

MOST_PIXELS = 100_000_000
"""The largest picture that is decoded: a few kilobytes can decompress to gigabytes."""

DRAFT_PIXELS = 1_000_000
"""JPEGs with more pixels may be decoded at reduced size, at least twice the wanted side."""

JPEGS = ("JPEG", "MPO")
"""Pillow's names of the format; the second is of several pictures, as some phones write."""

QUARTER_TURNS = (5, 6, 7, 8)
"""The EXIF orientations that exchange width and height."""


def decode(raw: Raw, side: int | None = None) -> Image.Image:
    """Decode a picture to mode L or RGB, 8 bits, rotated by its EXIF tag, transparency on white.

    `raw` is a path, the bytes of a file, (h, w) or (h, w, 1|3|4) numbers, or a Pillow image. Of
    an animation or a file of several pages, the first picture is decoded.
    `side` is the longest side that will be needed: large JPEGs are then decoded at reduced size, at
    least twice that. Raises ItemError naming the file.
    """
    named = name_of(raw, "the picture")
    if isinstance(raw, np.ndarray):
        return Image.fromarray(pixels_of(raw, named))
    if not isinstance(raw, str | Path | bytes | Image.Image):
        raise ItemError(
            "a picture is a path, the bytes of a file, an array or a Pillow image, got "
            f"{type(raw).__name__}"
        )
    image = raw if isinstance(raw, Image.Image) else _opened(raw, named)
    large = image.width * image.height > DRAFT_PIXELS
    if image is not raw and image.format in JPEGS and side and large:
        image.draft(image.mode, (2 * side, 2 * side))
    _refuse_bomb(image, named)  # after `draft`, at the size that will be decoded
    try:
        image.load()
        # The format is that of the file; the upright copy has none.
        return eight_bits(ImageOps.exif_transpose(image), image.format)
    except ItemError as error:
        raise ItemError(f"{named} {error}") from None
    except Exception as error:
        # On damaged bytes Pillow's decoders raise any type of error: SyntaxError, struct.error, ….
        raise ItemError(
            f"{named} is damaged and cannot be decoded ({_reason(error)}): replace or remove it"
        ) from error


def upright_size(raw: Raw) -> tuple[int, int]:
    """(width, height) of what `decode` gives; of a JPEG only the header is read.

    Raises ItemError as `decode` does, but not for a JPEG that is damaged after its header.
    """
    if isinstance(raw, str | Path | bytes):
        with suppress(Exception):  # of a damaged header, which `decode` reports
            image = _opened(raw, "")
            if image.format in JPEGS and image.width * image.height <= MOST_PIXELS:
                turned = image.getexif().get(ExifTags.Base.Orientation) in QUARTER_TURNS
                return image.size[::-1] if turned else image.size
    return decode(raw).size


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
        raise ItemError(
            f"{named} is damaged, its header cannot be read ({_reason(error)}): replace or remove "
            "it"
        ) from error


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


def _reason(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
