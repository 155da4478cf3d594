"""The pen traces behind Omniglot's drawings: strokes of (x, y, t), as they were drawn in a browser.

One text file per drawing: a line START, then lines `x,y,t`, and a line BREAK after each stroke.
x runs to the right from about 0 to 105 and y upwards from about -105 to 0, in the picture's pixels;
t is in milliseconds from the start.
Lake et al. 2015. Names are those of the pictures, so a drawing and its trace find each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias, final

from gemel.arrays import Floats
from gemel.data.advance import Advance
from gemel.data.builtins.omniglot import HOME
from gemel.data.download import Archive, fetch
from gemel.data.sources import ZipItems, open_zip
from gemel.errors import DataError
from gemel.inputs.series.pen import parse_strokes

Part: TypeAlias = Literal["background_small1", "background_small2", "background", "evaluation"]


@final
@dataclass(frozen=True)
class Trace:
    """One drawing as its strokes, each (samples, 3): x, y and t."""

    name: str
    """`Alphabet/character01/0001_07`: that of the picture, less `.png`."""
    strokes: tuple[Floats, ...]

    @property
    def character(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def alphabet(self) -> str:
        return self.name.partition("/")[0]

    @property
    def drawer(self) -> str:
        return self.name.rpartition("_")[2]


def traces(part: Part, progress: Advance | None = None) -> Iterator[Trace]:
    """The traces of `strokes_PART.zip` in the order of their names, each read when asked for.

    No checksum of these files is published; every trace is checked when it is read. Raises
    MissingData or DataError for the archive, ItemError for a trace that is damaged.
    """
    file = f"strokes_{part}.zip"
    items = trace_items(fetch("omniglot", Archive(file, HOME + file), progress))
    for index in range(len(items)):
        text = items.raw(index).decode("utf-8", "replace")
        yield Trace(items.name(index), parse_strokes(text, items.name(index)))


def trace_items(path: Path) -> ZipItems:
    """The text files of an archive of traces, as raw items. Raises DataError if it has none."""
    with open_zip(path) as archive:
        members = sorted(filter(_is_trace, archive.namelist()))
    if not members:
        raise DataError(
            f"{str(path)!r} holds no traces (Alphabet/characterNN/*.txt): get the original"
        )
    names = tuple(str(PurePosixPath(*member.split("/")[-3:]).with_suffix("")) for member in members)
    return ZipItems((path,), tuple((0, member) for member in members), names)


def _is_trace(member: str) -> bool:
    parts = member.split("/")
    return len(parts) >= 3 and member.endswith(".txt") and not member.startswith("__MACOSX")
