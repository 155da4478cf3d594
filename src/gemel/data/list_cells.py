"""Cells that hold a sequence: a list of numbers, or a list of samples that are lists of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias, final

import numpy as np

from gemel.arrays import Array
from gemel.errors import ItemError

COLUMNS = ("item", "left", "right")
"""Those whose cells may be lists."""

Listed: TypeAlias = dict[str, Array | str]
"""What cells hold, by their names: numbers, or the sentence that says why there are none."""


@final
@dataclass(frozen=True)
class ListItems:
    """Sequences that stood in the cells of a table, by the names of these cells."""

    names: tuple[str, ...]
    listed: Listed

    def __len__(self) -> int:
        return len(self.names)

    def raw(self, index: int) -> Array:
        """Raises ItemError for a cell that holds no sequence: the pack lists it."""
        content = self.listed[self.names[index]]
        if isinstance(content, str):
            raise ItemError(content)
        return content

    def name(self, index: int) -> str:
        return self.names[index]

    def fingerprint(self) -> str:
        whole = blake2b(digest_size=16)
        for name in self.names:
            whole.update(name.encode() + b"\0" + _digest(self.listed[name]))
        return whole.hexdigest()


def is_list_column(name: str, values: Sequence[object]) -> bool:
    return name in COLUMNS and any(isinstance(value, list) for value in values)


def named_lists(name: str, values: Sequence[object], numbers: Sequence[int]) -> Listed:
    """The cells of a column in their order, each under a name of its own.

    >>> named_lists("item", [[1, 2], None], [1, 2])["row 2"]
    'row 2 must hold a list of numbers, got nothing: fill it in or remove the row'
    """
    where = [f"row {number}" if name == "item" else f"{name} of row {number}" for number in numbers]
    return {each: _content(value, each) for each, value in zip(where, values, strict=True)}


def one_name_each(listed: Listed) -> dict[str, str]:
    """For every name the first of those that hold the same: in pairs an item stands in many."""
    first: dict[bytes, str] = {}
    return {name: first.setdefault(_digest(content), name) for name, content in listed.items()}


def _content(value: object, where: str) -> Array | str:
    if not isinstance(value, list):
        got = "nothing" if value is None or value == "" else repr(str(value)[:40])
        return f"{where} must hold a list of numbers, got {got}: fill it in or remove the row"
    try:
        return np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        return (
            f"{where} must hold a list of numbers, or a list of samples with as many numbers each, "
            f"got {str(value)[:40]}…: mend or remove it"
        )


def _digest(content: Array | str) -> bytes:
    if isinstance(content, str):
        return content.encode()
    told = blake2b(f"{content.shape} ".encode(), digest_size=16)
    told.update(np.ascontiguousarray(content).tobytes())
    return told.digest()
