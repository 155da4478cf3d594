"""A `.csv` with a row per sample and a column per channel, with or without a line of names."""

from __future__ import annotations

import csv
from collections.abc import Callable

import numpy as np

from gemel.errors import ItemError
from gemel.inputs.decimal import decimal
from gemel.inputs.series.recording import Recording, recorded


def parse_delimited(text: str, named: str) -> Recording:
    """Columns are separated by semicolons, tabs, commas or spaces: the first of these that most
    lines have. The header is optional. Between semicolons and tabs a comma is a number's point;
    between commas it may as well part thousands, and is none.

    Raises ItemError with the line that has a cell too few, too many, or that is no number. An empty
    cell is a missing number.

    >>> parse_delimited("x,y\\n1,2\\n3,4", "it").columns
    ('x', 'y')
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ItemError(f"{named} is empty: it must hold a line per sample")
    found = {each: sum(each in line for _, line in lines) for each in ";\t,"}
    separator = max(found, key=found.__getitem__) if any(found.values()) else " "
    rows = [(number, _cells(line, separator)) for number, line in lines]
    names = None
    read = decimal if separator in ";\t" else float
    if any(_number(cell, read) is None for cell in rows[0][1]):
        names, rows = tuple(cell.strip().lower() for cell in rows[0][1]), rows[1:]
    width = len(names or rows[0][1])
    values = [_sample(cells, width, f"line {number} of {named}", read) for number, cells in rows]
    return recorded(np.array(values, np.float64).reshape(-1, width), named, names)


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    try:
        return next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return line.split(separator)


def _sample(cells: list[str], width: int, where: str, read: Callable[[str], float]) -> list[float]:
    if len(cells) != width:
        raise ItemError(f"{where} must have {width} cells like the first line, got {len(cells)}")
    numbers = [_number(cell, read) for cell in cells]
    if None in numbers:
        wrong = cells[numbers.index(None)]
        raise ItemError(f"{where} must hold numbers, got {wrong[:40]!r}")
    return [each for each in numbers if each is not None]


def _number(cell: str, read: Callable[[str], float]) -> float | None:
    if not cell.strip():
        return float("nan")
    try:
        return read(cell)
    except ValueError:
        return None
