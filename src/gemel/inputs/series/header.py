"""Find the names of the columns in a delimited file of numbers, and the columns that are read."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TypeAlias

from gemel.errors import ItemError
from gemel.inputs.series.cells import Read, is_hole, is_number, is_numeric, number
from gemel.inputs.series.dates import seconds_of
from gemel.inputs.series.recording import counted

Row: TypeAlias = tuple[int, list[str]]
"""The number of a line, and its cells."""
UNNAMED = re.compile(r"^unnamed: \d+$")
"""What pandas calls a column without a name."""


def is_header(rows: list[Row], read: Read) -> bool:
    """Whether the first line names the columns. A typo such as 1.O is no name: names begin with a
    letter. Numbers are names where pandas writes them: beside the empty cell above its index."""
    first, others = rows[0][1], [cells for _, cells in rows[1:]]
    if all(is_hole(cell) for cell in first):
        return False
    if not first[0].strip() and all(is_number(cell, read) for cell in first[1:]):
        counted = [cell.strip() for cell in first[1:]] == [str(n) for n in range(len(first) - 1)]
        return counted or _ascends([cells[0] for cells in others], read)
    if not any(is_number(cell, read) for cell in first):
        return True
    words = [
        column
        for column, cell in enumerate(first)
        if cell.strip()[:1].isalpha() and not is_hole(cell) and not is_number(cell, read)
    ]
    return any(is_numeric([cells[column] for cells in others], read) for column in words)


def under_header(rows: list[Row], read: Read, named: str) -> tuple[tuple[str, ...], list[Row]]:
    """The names of the columns that are read, and these columns of the rows below the header.

    ISO dates in a column `time` become seconds.
    """
    (_, header), *below = rows
    names = names_of(header)
    refuse_twins(names, named)
    if "time" in names:
        below = _in_seconds(below, names.index("time"), read)
    held = [
        column
        for column in range(len(names))
        if any(is_number(cells[column], read) for _, cells in below)
    ]
    if held[:1] == [0] and not names[0] and _ascends([cells[0] for _, cells in below], read):
        held = held[1:]
    unnamed = next((column for column in held if not names[column]), None)
    if unnamed is not None:
        raise ItemError(
            f"{named} names its columns, and column {unnamed + 1} holds numbers and has no name: "
            "give it one in the first line, or remove it"
        )
    if len(held) in {0, len(names)}:
        return names, below
    return (
        tuple(names[column] for column in held),
        [(place, [cells[column] for column in held]) for place, cells in below],
    )


def names_of(header: list[str]) -> tuple[str, ...]:
    """The names in the cells of a header, "" for a column without one.

    Columns that pandas numbers from 0, as it does where they have no names, are counted from 1.
    """
    names = tuple(UNNAMED.sub("", cell.strip().lower()) for cell in header)
    index, own = (names[:1], names[1:]) if names[:1] == ("",) else ((), names)
    numbered = own == tuple(str(number) for number in range(len(own)))
    return (*index, *counted(len(own))) if numbered else names


def _in_seconds(rows: list[Row], time: int, read: Read) -> list[Row]:
    """The rows, with seconds in place of dates in the column at `time`."""
    cells = [cells[time] for _, cells in rows]
    found = None if any(is_number(cell, read) for cell in cells) else seconds_of(cells)
    if found is None:
        return rows
    return [
        (place, [*cells[:time], repr(seconds), *cells[time + 1 :]])
        for (place, cells), seconds in zip(rows, found, strict=True)
    ]


def _ascends(cells: list[str], read: Read) -> bool:
    """Whether every cell holds a larger number than the one before, as those of an index do."""
    numbers = [number(cell, read) for cell in cells]
    whole = [each for each in numbers if each is not None]
    return len(whole) == len(numbers) and all(a < b for a, b in pairwise(whole))


def refuse_twins(names: tuple[str, ...], named: str) -> None:
    """Raise ItemError for two columns of one name."""
    twin = next((name for name in names if name and names.count(name) > 1), None)
    if twin is not None:
        raise ItemError(f"{named} has two columns {twin!r}: rename one of them")
