"""Read any sequence as a recording; a file's format is recognised by its content, not its name."""

from __future__ import annotations

import io
from os.path import isfile
from pathlib import Path
from typing import TypeAlias

import numpy as np

from gemel.arrays import Array
from gemel.errors import ItemError
from gemel.inputs.item_file import item_bytes, name_of, text_encoding
from gemel.inputs.raw import Raw
from gemel.inputs.series.columns import is_table, of_columns
from gemel.inputs.series.delimited import parse_delimited
from gemel.inputs.series.gaps import listed, unmasked
from gemel.inputs.series.pen import SIG_HEADER, joined, parse_sig, parse_strokes
from gemel.inputs.series.recording import Recording, recorded
from gemel.inputs.series.ts import parse_ts

Sequence: TypeAlias = Raw | Recording
"""A path, the bytes of a file, (samples,) or (samples, columns) numbers in an array or in lists, a
mapping of names to columns, a data frame, or a recording. Pillow images are refused.
"""

ENDINGS = (".csv", ".npy", ".sig", ".ts")
NPY_MAGIC = b"\x93NUMPY"
MOST_BYTES = 256 << 20


def read_recording(raw: Sequence) -> Recording:
    """The recording in a .csv, .npy, .ts, .sig or strokes file, in an array or in named columns.

    Raises ItemError naming the file.

    >>> read_recording(b"0.5,1\\n0.25,2").values.tolist()
    [[0.5, 1.0], [0.25, 2.0]]
    """
    if isinstance(raw, Recording):
        return raw
    named = name_of(raw, "the sequence")
    if isinstance(raw, np.ndarray):
        return recorded(_floats(raw, named), named)
    if isinstance(raw, list | tuple):
        return recorded(_listed(raw, named), named)
    if is_table(raw):
        return of_columns(raw, named)
    if hasattr(raw, "to_numpy"):  # a column of a data frame
        return recorded(_floats(raw.to_numpy(), named), named)
    if not isinstance(raw, bytes | str | Path):
        raise ItemError(
            "a sequence is a path, the bytes of a file, an array or a list of numbers, or a data "
            f"frame or a dict of columns, got {type(raw).__name__}: this matcher reads series"
        )
    content = raw if isinstance(raw, bytes) else _content(Path(raw), named)
    if not content.strip():
        raise ItemError(f"{named} is empty: replace or remove it")
    return _parsed(content, named)


def _parsed(content: bytes, named: str) -> Recording:
    if content.startswith(NPY_MAGIC):
        return recorded(_floats(_npy(content, named), named), named)
    text = _text(content, named)
    first = text.lstrip().split("\n", 1)[0].strip()
    if first == SIG_HEADER:
        return parse_sig(text, named)
    if first == "START":
        return joined(parse_strokes(text, named), named)
    if _is_ts(text):
        return _only_series(text, named)
    return parse_delimited(text, named)


def _is_ts(text: str) -> bool:
    """Whether the first line that is no comment belongs to the header of a .ts file."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and line[0] != "#"), "").startswith("@")


def _only_series(text: str, named: str) -> Recording:
    series = list(parse_ts(text, named))
    if len(series) != 1:
        raise ItemError(
            f"{named} must hold one series to be an item, got {len(series)}: pass the .ts file "
            "itself as the data"
        )
    return recorded(series[0][0], named)


def _content(path: Path, named: str) -> bytes:
    if isfile(path) and path.stat().st_size > MOST_BYTES:
        raise ItemError(
            f"{named} is larger than the {MOST_BYTES >> 20} MB that are read: cut it into shorter "
            "sequences"
        )
    return item_bytes(path, named, "a sequence")


def _npy(content: bytes, named: str) -> Array:
    try:
        array: Array = np.load(io.BytesIO(content), allow_pickle=False)
    except Exception as error:
        # On a damaged header NumPy may raise any type of error, even MemoryError.
        raise ItemError(
            f"{named} is not a .npy file of numbers ({error}): save each sequence as "
            "an array of numbers, in a file of its own"
        ) from error
    return array


def _floats(array: Array, named: str) -> Array:
    if array.dtype.kind == "O":
        raise ItemError(
            f"{named} must be an array of numbers, got one of objects: if these are sequences of "
            "different lengths, make each an item of its own"
        )
    if array.dtype.kind not in "biuf":
        raise ItemError(f"{named} must hold real numbers, got the type {array.dtype}")
    return unmasked(array)


def _listed(raw: list[object] | tuple[object, ...], named: str) -> Array:
    try:
        return listed(raw)
    except (TypeError, ValueError, OverflowError):
        raise ItemError(
            f"{named} must be a list of numbers, or of samples with as many numbers each: mend or "
            "remove it"
        ) from None


def _text(content: bytes, named: str) -> str:
    try:
        text = content.decode(text_encoding(content))
    except UnicodeDecodeError as error:
        if b"\0" not in content:
            line = content.count(b"\n", 0, error.start) + 1
            raise ItemError(
                f"{named} must be UTF-8, and line {line} is not: save it as UTF-8"
            ) from None
        text = "\0"
    if "\0" in text:
        raise ItemError(
            f"{named} is not a sequence that can be read, whatever its name says: use .csv, .npy, "
            ".ts or .sig"
        )
    return text
