"""Parse a `.csv` with a row per sample and a column per channel, with or without a header."""

from __future__ import annotations

import csv
import re
from dataclasses import replace

import numpy as np

from gemel.counting import count
from gemel.errors import ItemError
from gemel.inputs.series.cells import Read, number
from gemel.inputs.series.header import Row, is_header, names_of, under_header
from gemel.inputs.series.recording import Recording, recorded
from gemel.inputs.spreadsheet import decimal, declared_separator

COMMENT = re.compile(r"\s*#(?!n/a|nv\b|[\w/]+[!?])", re.IGNORECASE)
"""The start of a comment; #N/A, #DIV/0! and the like are what spreadsheets write into cells."""

SEPARATORS = ";\t|,"


def parse_delimited(text: str, named: str) -> Recording:
    """The recording in a delimited text file; errors call the file `named`.

    The separator is what Excel's line `sep=;` declares, or whichever of `SEPARATORS` occurs in
    most lines, or white space. Except in files separated by commas or white space, a comma is a
    decimal point. Lines that begin with # are comments; the last one above the numbers may name the
    columns, as NumPy writes them. Otherwise the first line is a header if it has no number, or a
    word that is none of `HOLES` above a column of numbers. Columns without any number (dates,
    remarks, what a separator at the end of lines makes) are left out, and so is a first column
    without a name whose numbers ascend (the index that pandas writes).

    Raises ItemError with the number of a line that has too few or too many cells, or one that is
    not a number, and for any other column of numbers without a name below a header.

    >>> parse_delimited("x,y\\n1,2\\n3,4", "it").columns
    ('x', 'y')
    """
    lines = [(place, line) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    declared = declared_separator(lines[0][1]) if lines else None
    lines = lines[1:] if declared else lines
    written = [(place, line) for place, line in lines if not COMMENT.match(line)]
    if not written:
        raise ItemError(f"{named} is empty: it must hold a line per sample")
    separator = declared or _most_frequent(written)
    read = float if separator in ", " else decimal
    rows = [(place, _cells(line, separator)) for place, line in written]
    rows = _even(_without_blank_lines(rows), named)
    if not is_header(rows, read):
        comments = [line.strip(" #") for place, line in lines if place < rows[0][0]]
        rows = _under_comment(list(filter(None, comments)), rows, separator, read)
    names, header = None, tuple[str, ...]()
    if is_header(rows, read):
        header = names_of(rows[0][1])
        names, rows = under_header(rows, read, named)
    values = [_sample(cells, f"line {place} of {named}", read) for place, cells in rows]
    width = len(rows[0][1] if names is None else names)
    recording = recorded(np.array(values, np.float64).reshape(-1, width), named, names)
    wordy = tuple(name for name in header if name and name not in recording.columns)
    return replace(recording, wordy=wordy)


def _most_frequent(lines: list[tuple[int, str]]) -> str:
    found = {each: sum(each in line for _, line in lines) for each in SEPARATORS}
    return max(found, key=found.__getitem__) if any(found.values()) else " "


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return line.split(separator)


def _without_blank_lines(rows: list[Row]) -> list[Row]:
    """The rows from the first one with any text on: spreadsheets write empty rows as separators."""
    blank = (not any(cell.strip() for cell in cells) for _, cells in rows)
    return rows[next((row for row, empty in enumerate(blank) if not empty), 0) :]


def _even(rows: list[Row], named: str) -> list[Row]:
    """The rows without what a separator at the end of lines adds; these must then be equally long.

    Raises ItemError for a row of another length than the first.
    """
    width = max(_extent(cells) for _, cells in rows) or 1
    for _, cells in rows:
        del cells[width:]
    wanted = len(rows[0][1])
    for place, cells in rows:
        if len(cells) != wanted:
            raise ItemError(
                f"line {place} of {named} must have {count(wanted, 'cell')} like line "
                f"{rows[0][0]}, got {len(cells)}: give every column a name and every line as many "
                "cells (a comma is a decimal point only where semicolons or tabs separate cells)"
            )
    return rows


def _extent(cells: list[str]) -> int:
    """The number of cells up to the last one with any text."""
    extent = len(cells)
    while extent and not cells[extent - 1].strip():
        extent -= 1
    return extent


def _under_comment(comments: list[str], rows: list[Row], separator: str, read: Read) -> list[Row]:
    """The rows, and above them the last of the comments if that names as many columns.

    A single word is no name: above a single column it may be any remark.
    """
    if not comments:
        return rows
    named = (0, _cells(comments[-1], separator))
    fits = len(named[1]) == len(rows[0][1]) > 1
    return [named, *rows] if fits and is_header([named, *rows], read) else rows


def _sample(cells: list[str], where: str, read: Read) -> list[float | None]:
    numbers = [number(cell, read) for cell in cells]
    if None in numbers:
        wrong = cells[numbers.index(None)]
        raise ItemError(f"{where} must hold numbers, got {wrong[:40]!r}")
    return numbers
