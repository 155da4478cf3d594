"""Parse the `.ts` format of the UCR/UEA archive: a header of @ lines, then one series per line.

Channels are separated by `:`, samples by `,`. With `@classLabel true` in the header, the text after
the last `:` is the label. Lines that start with # are comments. Bagnall et al., "The UEA
multivariate time series classification archive", arXiv:1811.00075.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from gemel.arrays import Floats
from gemel.counting import count
from gemel.errors import ItemError

FLAGS = {"true": True, "false": False}


@final
@dataclass(frozen=True)
class TsHeader:
    """The part of a header that determines how the series are parsed."""

    lines: int
    """The number of lines of the header."""
    labels: tuple[str, ...] = ()
    """The class labels; empty if the series have none."""
    timestamps: bool = False
    univariate: bool | None = None
    dimensions: int | None = None
    equal_length: bool = False


def parse_header(lines: list[str], named: str) -> TsHeader:
    """Parse the header. Raises ItemError if it has no @data, or an invalid line."""
    said: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if not line.startswith("@"):
            raise ItemError(
                f"line {number} of {named} must be a header line (@…) until @data has been, got "
                f"{line[:40]!r}: get the original .ts file"
            )
        match words[0].lower():
            case "@data":
                return TsHeader(number, **said)
            case "@classlabel":
                said["labels"] = tuple(words[2:]) if _flag(words, number, named) else ()
            case "@timestamps":
                said["timestamps"] = _flag(words, number, named)
            case "@univariate":
                said["univariate"] = _flag(words, number, named)
            case "@dimension" | "@dimensions":  # the archive has both
                said["dimensions"] = _count(words, number, named)
            case "@equallength":
                said["equal_length"] = _flag(words, number, named)
    raise ItemError(
        f"{named} must have a line @data between its header and its series, and has none: get the "
        "original .ts file"
    )


def parse_ts(text: str, named: str) -> Iterator[tuple[Floats, str]]:
    """Each series as (samples, channels), and its label ("" if the file has none).

    Missing numbers (`?`) become NaN, which `recorded` fills. Raises ItemError with the number of
    an invalid line, or of a series that contradicts the header.

    >>> [(series.tolist(), label) for series, label in parse_ts("@classLabel true a\\n@data\\n"
    ...  "1,2:3,4:a", "it")]
    [([[1.0, 3.0], [2.0, 4.0]], 'a')]
    """
    lines = text.splitlines()
    header = parse_header(lines, named)
    if header.timestamps:
        raise ItemError(
            f"{named} has @timeStamps true, and series with time stamps are not read: save it with "
            "evenly spaced samples"
        )
    first: int | None = None
    for number, line in enumerate(lines[header.lines :], header.lines + 1):
        if line.strip() and not line.startswith("#"):
            where = f"line {number} of {named}"
            series, label = _series(line.strip(), header, where)
            first = first or len(series)
            _check(series, header, first, where)
            yield series, label


def _check(series: Floats, header: TsHeader, first: int, where: str) -> None:
    """Raise ItemError for a series that the header rules out; `first` is the first one's length."""
    length, channels = series.shape
    said = wanted = ""
    if header.dimensions not in (None, channels):
        said, wanted = f"@dimension {header.dimensions}", count(header.dimensions or 0, "channel")
    elif header.univariate and channels > 1:
        said, wanted = "@univariate true", "1 channel"
    elif header.univariate is False and channels == 1:
        said, wanted = "@univariate false", "2 channels or more"
    got = count(channels, "channel")
    if not said and header.equal_length and length != first:
        said, wanted = "@equalLength true", f"{first} samples as the first series"
        got = count(length, "sample")
    if said:
        raise ItemError(
            f"{where} must have {wanted}, as its header has {said}, got {got}: get the original "
            ".ts file, or correct its header"
        )


def _series(line: str, header: TsHeader, where: str) -> tuple[Floats, str]:
    channels, label = line.split(":"), ""
    if header.labels:
        *channels, label = channels
        if label.strip() not in header.labels:
            raise ItemError(
                f"{where} must end with one of the labels {', '.join(header.labels[:8])}, got "
                f"{label[:40]!r}"
            )
    columns = [_numbers(channel, where, header) for channel in channels]
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        got = " and ".join(map(str, sorted(lengths)))
        raise ItemError(f"the channels of {where} must be equally long, got {got} samples")
    return np.stack(columns, axis=1), label.strip()


def _numbers(channel: str, where: str, header: TsHeader) -> Floats:
    words = [word.strip() for word in channel.split(",")]
    try:
        return np.array([float("nan" if word == "?" else word) for word in words])
    except ValueError as error:
        told = "" if header.labels else "; its header has no @classLabel true, so no label is read"
        raise ItemError(f"{where} must hold numbers separated by commas ({error}){told}") from None


def _count(words: list[str], number: int, named: str) -> int:
    if len(words) != 2 or not words[1].isdecimal() or int(words[1]) == 0:
        raise ItemError(
            f"line {number} of {named} must read {words[0]} and a number above 0, got "
            f"{' '.join(words)[:40]!r}"
        )
    return int(words[1])


def _flag(words: list[str], number: int, named: str) -> bool:
    value = FLAGS.get(words[1].lower()) if len(words) > 1 else None
    if value is None or (words[0].lower() == "@classlabel" and value and len(words) < 3):
        raise ItemError(
            f"line {number} of {named} must read {words[0]} true … or {words[0]} false, got "
            f"{' '.join(words)[:40]!r}"
        )
    return value
