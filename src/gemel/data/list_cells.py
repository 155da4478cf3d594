"""Cells that hold a sequence: a list of numbers, or a list of samples that are lists of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from gemel.arrays import Array
from gemel.data.sources import content_digest
from gemel.errors import ItemError

COLUMNS = ("item", "left", "right")
"""Those whose cells may be lists."""

Listed: TypeAlias = dict[str, Array | ItemError]
"""What cells hold, by their names: numbers, or the sentence that says why there are none."""


def is_list_column(name: str, values: Sequence[object]) -> bool:
    return name in COLUMNS and any(isinstance(value, list) for value in values)


def named_lists(name: str, values: Sequence[object], numbers: Sequence[int]) -> Listed:
    """The cells of a column in their order, each under a name of its own.

    >>> named_lists("item", [[1, 2], None], [1, 2])["row 2"]
    ItemError('row 2 must hold a list of numbers, got nothing: fill it in or remove the row')
    """
    where = [place(name, number) for number in numbers]
    return {each: _content(value, each) for each, value in zip(where, values, strict=True)}


def one_name_each(listed: Listed) -> dict[str, str]:
    """Each cell's name → the first cell's with equal content: an item may be in many pairs."""
    first: dict[bytes, str] = {}
    return {
        name: first.setdefault(content_digest(content), name) for name, content in listed.items()
    }


def _content(value: object, where: str) -> Array | ItemError:
    if not isinstance(value, list):
        got = "nothing" if value is None or value == "" else repr(str(value)[:40])
        return ItemError(
            f"{where} must hold a list of numbers, got {got}: fill it in or remove the row"
        )
    try:
        return np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        return ItemError(
            f"{where} must hold a list of numbers, or a list of samples with as many numbers each, "
            f"got {str(value)[:40]}…: mend or remove it"
        )


def place(column: str, row: int) -> str:
    """What an item is called that has no name of its own.

    >>> place("item", 2), place("left", 7)
    ('row 2', 'left of row 7')
    """
    return f"row {row}" if column == "item" else f"{column} of row {row}"
