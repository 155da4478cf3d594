"""What the items of a table are, seen from its cells."""

from __future__ import annotations

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
    """`image` or `series` where most of the cells are named like such files or are files, else
    `text`.

    A table of files may lack some of them: its own sentence then says which. One cell of a table of
    texts may well be the name of a file.
    """
    filled = [cell for cell in islice(cells, LOOKED_AT) if cell]
    named: Counter[Kind] = Counter()
    for cell in filled:
        kind = _named_like(cell) or ("image" if _is_file(folder, cell) else None)
        if kind:
            named[kind] += 1
    if 2 * named.total() > len(filled):
        return named.most_common(1)[0][0]
    return "text" if filled else "image"


def _named_like(cell: str) -> Kind | None:
    suffix = Path(cell).suffix.lower()
    return next((kind for kind, endings in FILES.items() if suffix in endings), None)


def _is_file(folder: Path, cell: str) -> bool:
    try:
        return len(cell) < LONGEST_PATH and (folder / cell).is_file()
    except (OSError, ValueError):  # a null byte, which no path has
        return False
