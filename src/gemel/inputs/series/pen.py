"""Parse pen traces: SUSIG's `.sig` files and Omniglot's strokes, to columns of the same names.

A .sig file has two lines of header, then `x y time pressure end` per sample; `end` is 1 at the last
sample of a stroke. A strokes file has a line START, then `x,y,t` per sample and a line BREAK after
each stroke; its y points upwards.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats
from gemel.errors import ItemError
from gemel.inputs.series.recording import Recording, recorded

SIG_HEADER = "X, Y, TStamp, Pres., EndPts"
SIG_COLUMNS = ("x", "y", "time", "pressure", "stroke")
STROKE_COLUMNS = ("x", "y", "time", "stroke")
SIG_FORM = (5, "x y time pressure end, five numbers")
STROKE_FORM = (3, "x,y,t or BREAK")
"""The count of numbers per sample, and the format of its line for messages."""
CLOCK_TURNS = 2**32 / 1000
"""The period of a tablet's clock in milliseconds: it counts microseconds in 32 bits."""


def parse_sig(text: str, named: str) -> Recording:
    """The recording in a `.sig` file. Raises ItemError with the number of an invalid line."""
    lines = text.splitlines()
    announced = lines[1].partition(":")[2].strip() if len(lines) > 1 else ""
    rows = [
        _row(line, line.split(), SIG_FORM, f"line {number} of {named}")
        for number, line in enumerate(lines[2:], 3)
        if line.strip()
    ]
    if announced != str(len(rows)):
        raise ItemError(
            f"{named} must hold as many samples as its second line says (DataSize: …), got "
            f"{len(rows)} for {announced[:20] or 'none'!r}: get the original file"
        )
    values = np.array(rows, np.float64).reshape(-1, len(SIG_COLUMNS))
    ended = values[:, -1] != 0
    values[:, -1] = np.cumsum(ended) - ended
    if len(values):
        values[:, 2] = np.unwrap(values[:, 2], period=CLOCK_TURNS)
    return recorded(values, named, SIG_COLUMNS)


def parse_strokes(text: str, named: str) -> tuple[Floats, ...]:
    """The strokes of an Omniglot trace, each (samples, 3): x, y and t.

    The last stroke may lack its BREAK. Raises ItemError with the number of an invalid line, or if
    there is no stroke.

    >>> [stroke.tolist() for stroke in parse_strokes("START\\n1,-2,0\\n3,-4,9\\nBREAK\\n", "it")]
    [[[1.0, -2.0, 0.0], [3.0, -4.0, 9.0]]]
    """
    lines = text.split()
    if not lines or lines[0] != "START":
        raise ItemError(f"{named} must begin with a line START, as a trace does")
    strokes: list[list[list[float]]] = [[]]
    for number, line in enumerate(lines[1:], 2):
        if line == "BREAK":
            strokes.append([])
            continue
        strokes[-1].append(_row(line, line.split(","), STROKE_FORM, f"line {number} of {named}"))
    drawn = tuple(np.array(stroke, np.float64) for stroke in strokes if stroke)
    if not drawn:
        raise ItemError(f"{named} must hold a stroke and is empty: get the archive again")
    return drawn


def joined(strokes: tuple[Floats, ...], named: str) -> Recording:
    """The strokes concatenated to one recording, with a column `stroke` of their numbers."""
    numbers = np.repeat(np.arange(len(strokes)), [len(stroke) for stroke in strokes])
    return recorded(np.column_stack([np.concatenate(strokes), numbers]), named, STROKE_COLUMNS)


def _row(line: str, words: list[str], form: tuple[int, str], where: str) -> list[float]:
    count, description = form
    try:
        row = [float(word) for word in words]
    except ValueError:
        row = []
    if len(row) != count or not np.isfinite(row).all():
        raise ItemError(f"{where} must be {description}, got {line[:40]!r}")
    return row
