"""Read the lines of a text file one at a time, tolerating a few that are not valid UTF-8."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

from gemel.counting import count
from gemel.errors import DataError

MOST_BROKEN = 0.05
"""The share of lines that may be invalid UTF-8."""

BROKEN = "\N{REPLACEMENT CHARACTER}"


@final
@dataclass(frozen=True)
class LineCount:
    """The number of lines, and of those that are not valid UTF-8."""

    lines: int
    broken: int

    @property
    def notices(self) -> tuple[str, ...]:
        if not self.broken:
            return ()
        return (f"Rows that are not UTF-8: {self.broken}. Invalid bytes are read as {BROKEN}.",)


def count_lines(path: Path) -> LineCount:
    """Count the lines, and those that are not valid UTF-8.

    Raises DataError if these are more than `MOST_BROKEN`, since the file is then in another
    encoding.
    """
    _refuse_wide(path)
    lines, broken = 0, []
    for raw in raw_lines(path):
        lines += 1
        if not is_utf8(raw):
            broken.append(lines)
    if len(broken) > MOST_BROKEN * lines:
        are = "is" if len(broken) == 1 else "are"
        raise DataError(
            f"{str(path)!r} must be UTF-8, but {len(broken)} of {count(lines, 'line')} {are} not, "
            f"the first of them line {broken[0]}: save it as UTF-8"
        )
    return LineCount(lines, len(broken))


def _refuse_wide(path: Path) -> None:
    """Raise DataError for UTF-16 (a spreadsheet's "Unicode text"): its lines may be valid UTF-8."""
    first = next(raw_lines(path), b"")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError(f"{str(path)!r} must be UTF-8, got UTF-16: save it as UTF-8")


def lines_of(path: Path) -> Iterator[str]:
    """Each line including its end, with invalid UTF-8 replaced by `BROKEN`."""
    for raw in raw_lines(path):
        text = raw.decode("utf-8", "replace")
        # Not splitlines, which also splits at other characters, such as U+2028.
        yield from io.StringIO(text, newline="") if "\r" in text else (text,)


def is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def raw_lines(path: Path) -> Iterator[bytes]:
    """Each line including its end; it ends where a line feed is."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file):
                yield line if number else line.removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read ({error.strerror})") from error
