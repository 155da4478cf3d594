"""What the items of a table are, seen from its cells."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from gemel.data.file_kinds import FILES
from gemel.inputs import Kind

LOOKED_AT = 1_000
"""Cells that are looked at."""

LONGEST_PATH = 1_024


def kind_of_cells(cells: Iterable[str], folder: Path) -> Kind:
    """`image` or `series` where a cell is named like such a file or is one, else `text`.

    A table of files may lack some of them: its own sentence then says which. A sentence may end
    like a file name, so of names with spaces that do not exist it takes most of the cells.
    """
    filled = [cell for cell in islice(cells, LOOKED_AT) if cell]
    named: Counter[Kind] = Counter()
    for cell in filled:
        exists = len(cell) < LONGEST_PATH and _exists(folder / cell)
        kind = _named_like(cell)
        if kind and (exists or " " not in cell):
            return kind
        if exists:
            return "image"
        if kind:
            named[kind] += 1
    for kind, amount in named.most_common(1):
        if 2 * amount > len(filled):
            return kind
    return "text" if filled else "image"


def _named_like(cell: str) -> Kind | None:
    suffix = Path(cell).suffix.lower()
    return next((kind for kind, endings in FILES.items() if suffix in endings), None)


def _exists(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:  # a null byte, which no path has
        return False
