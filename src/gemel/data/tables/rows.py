"""Read a whole table into memory, as columns of text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

from gemel.data.tables.lists import LISTABLE, Listed, named_lists, one_name_each
from gemel.data.tables.records import Record, open_records, place
from gemel.errors import DataError


@final
@dataclass(frozen=True)
class Rows:
    """A table as text: the stripped `cells` of each column, by its lower-case name.

    `numbers` are line numbers in text files, row numbers from 1 in a .parquet. In a column of
    lists, each cell is a name by which `listed` holds its list.
    """

    path: Path
    columns: tuple[str, ...]
    cells: dict[str, list[str]]
    numbers: list[int]
    listed: Listed = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    """Sentences about what was repaired in reading."""

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, name: str) -> list[str]:
        """The column's cells; empty ones where the table has no such column."""
        return self.cells.get(name) or [""] * len(self)

    def only(self, chosen: Sequence[int]) -> Rows:
        """The rows at these positions."""
        cells = {name: [column[row] for row in chosen] for name, column in self.cells.items()}
        return replace(self, cells=cells, numbers=[self.numbers[row] for row in chosen])


def read_rows(path: Path) -> Rows:
    """Read a table. Raises DataError if it is empty, damaged or not UTF-8."""
    records, lines = open_records(path)
    numbers, values = _columns(records)
    if not numbers:
        raise DataError(f"{str(path)!r} is empty: it must hold a row per item or per pair")
    cells: dict[str, list[str]] = {}
    listed: Listed = {}
    for name, column in values.items():
        if name in LISTABLE and any(isinstance(value, list) for value in column):
            of_column = named_lists(name, column, numbers)
            listed |= of_column
            cells[name] = list(of_column)
        else:
            cells[name] = _texts(path, name, numbers, column)
    first = one_name_each(listed)
    for name in {"left", "right"} & set(cells):
        cells[name] = [first.get(cell, cell) for cell in cells[name]]
    return Rows(path, tuple(values), cells, numbers, listed, lines.notices)


def _texts(path: Path, name: str, numbers: list[int], column: list[object]) -> list[str]:
    texts = []
    for number, value in zip(numbers, column, strict=True):
        try:
            texts.append(cell_text(value))
        except DataError as error:
            raise DataError(f"{place(name, number)} of {str(path)!r}: {error}") from None
    return texts


def cell_text(value: object) -> str:
    """A cell as text; None and NaN are empty, and 3.0 is `3`. Raises DataError for other types."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bytes | dict):
        raise DataError(
            f"a cell must hold a text, a number or a list of numbers, got {type(value).__name__}: "
            "save pictures as files, and write their paths into the table"
        )
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _columns(records: Iterable[Record]) -> tuple[list[int], dict[str, list[object]]]:
    """The numbers of the rows, and their cells by column; None for missing cells."""
    numbers: list[int] = []
    values: dict[str, list[object]] = {}
    for number, record in records:
        for name, cell in record.items():
            column = values.setdefault(name, [])
            column.extend([None] * (len(numbers) - len(column)))
            column.append(cell)
        numbers.append(number)
    for column in values.values():
        column.extend([None] * (len(numbers) - len(column)))
    return numbers, values
