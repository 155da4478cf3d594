"""Lists of numbers in the cells of a table, each an item of the kind series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from gemel.arrays import Array
from gemel.data.sources import content_digest
from gemel.data.tables.records import place
from gemel.errors import ItemError
from gemel.inputs.series import listed

LISTABLE = ("item", "left", "right")
"""The columns whose cells may be lists of numbers."""

Listed: TypeAlias = dict[str, Array | ItemError]
"""The lists in cells, by the names of the cells; an ItemError for a cell without a valid list."""


def named_lists(name: str, values: Sequence[object], numbers: Sequence[int]) -> Listed:
    """The lists of a column in their order, by the unique names of their cells.

    >>> named_lists("item", [[1, 2], None], [1, 2])["row 2"]
    ItemError('row 2 must hold a list of numbers, got nothing: fill it in or remove the row')
    """
    where = [place(name, number) for number in numbers]
    return {each: _content(value, each) for each, value in zip(where, values, strict=True)}


def one_name_each(listed: Listed) -> dict[str, str]:
    """Maps each cell's name to that of the first cell with equal content, as they are one item."""
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
        return listed(value)
    except (TypeError, ValueError, OverflowError):
        return ItemError(
            f"{where} must hold a list of numbers, or a list of samples with as many numbers each, "
            f"got {str(value)[:40]}…: mend or remove it"
        )
