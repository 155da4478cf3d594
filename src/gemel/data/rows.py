"""The rows of a .csv, .jsonl or .parquet file as text, numbered as a person would."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from gemel.data.list_cells import Listed, is_list_column, named_lists, one_name_each
from gemel.errors import DataError, MissingExtra

MOST_BROKEN = 0.05
"""The share of lines that may be no UTF-8."""

BROKEN = "\N{REPLACEMENT CHARACTER}"

LONGEST_CELL = 1 << 30
"""Characters: a cell that is too long for an item is one unreadable row, and not no table."""


@final
@dataclass(frozen=True)
class Rows:
    """A table whose cells are stripped text; `columns` are lower-case names, cells in their order.

    `numbers` are line numbers in a .csv or .jsonl file, row numbers from 1 in a .parquet. A cell
    that held a list of numbers is the name under which `listed` has it.
    """

    path: Path
    columns: tuple[str, ...]
    cells: dict[str, list[str]]
    numbers: list[int]
    listed: Listed = field(default_factory=dict)
    broken: int = 0
    """Lines that are no UTF-8, read with what is broken in them replaced."""

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, name: str) -> list[str]:
        """The column's cells; empty ones where the table has no such column."""
        return self.cells.get(name) or [""] * len(self)


def read_rows(path: Path) -> Rows:
    """Raises DataError for a table that is empty, damaged or not UTF-8."""
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    rows = readers[path.suffix.lower()](path)
    if not len(rows):
        raise DataError(f"{str(path)!r} is empty: it must hold a row per item or per pair")
    return rows


def _read_csv(path: Path) -> Rows:
    text, broken = text_of(path)
    lines = _lines(text)
    if not lines:
        raise DataError(f"{str(path)!r} is empty: its first line must name the columns")
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=max(",;\t", key=lines[0].count))
    try:
        columns = tuple(name.strip().lower() for name in next(reader))
        cells: dict[str, list[str]] = {name: [] for name in columns}
        numbers = []
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(columns):
                raise DataError(
                    f"line {reader.line_num} of {str(path)!r} has {len(row)} cells, but there are "
                    f"{len(columns)} columns: quote cells that hold the separator"
                )
            padded = row + [""] * (len(columns) - len(row))
            for name, cell in zip(columns, padded, strict=True):
                cells[name].append(cell.strip())
            numbers.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"line {reader.line_num} of {str(path)!r} is no CSV ({error})") from error
    return Rows(path, columns, cells, numbers, broken=broken)


def _read_jsonl(path: Path) -> Rows:
    text, broken = text_of(path)
    records = list(_records(text, path))
    columns = tuple(dict.fromkeys(name for _, record in records for name in record))
    values = {name: [record.get(name) for _, record in records] for name in columns}
    return _rows(path, values, [number for number, _ in records], broken)


def _records(text: str, path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(_lines(text), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise DataError(f"line {number} of {str(path)!r} is no JSON ({error})") from error
        if not isinstance(record, dict):
            raise DataError(f"line {number} of {str(path)!r} must be a JSON object like {{…}}")
        yield number, {str(name).strip().lower(): value for name, value in record.items()}


def _read_parquet(path: Path) -> Rows:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "parquet", "reading a .parquet table") from error
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise DataError(f"{str(path)!r} is not a whole Parquet file ({error})") from error
    values = {
        str(name).strip().lower(): table.column(position).to_pylist()
        for position, name in enumerate(table.column_names)
    }
    return _rows(path, values, list(range(1, table.num_rows + 1)))


def _rows(path: Path, values: dict[str, list[object]], numbers: list[int], broken: int = 0) -> Rows:
    """Cells as text, and those of columns of lists by their names."""
    cells: dict[str, list[str]] = {}
    listed: Listed = {}
    for name, column in values.items():
        if is_list_column(name, column):
            of_column = named_lists(name, column, numbers)
            listed |= of_column
            cells[name] = list(of_column)
        else:
            cells[name] = [_cell(value) for value in column]
    first = one_name_each(listed)
    for name in {"left", "right"} & set(cells):
        cells[name] = [first.get(cell, cell) for cell in cells[name]]
    return Rows(path, tuple(values), cells, numbers, listed, broken)


def text_of(path: Path) -> tuple[str, int]:
    """What a file holds, and how many of its lines are no UTF-8.

    A few of these may be slips: they are read with � for what is broken. Raises DataError where
    there are more, since the whole is then of another encoding.
    """
    try:
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read ({error.strerror})") from error
    lines = content.splitlines()
    broken = [number for number, line in enumerate(lines, 1) if not is_utf8(line)]
    if len(broken) > MOST_BROKEN * len(lines):
        raise DataError(
            f"{str(path)!r} must be UTF-8, but {len(broken)} of {len(lines)} lines are not, the "
            f"first of them line {broken[0]}: save it as UTF-8"
        )
    return content.decode("utf-8", "replace"), len(broken)


def _lines(text: str) -> list[str]:
    # Not splitlines: texts hold characters that it takes for the end of a line.
    return io.StringIO(text, newline="").readlines()


def is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def broken_notice(broken: int) -> tuple[str, ...]:
    """One sentence about lines that are no UTF-8; none if there are none."""
    if not broken:
        return ()
    return (f"{broken} rows are no UTF-8: what is broken in them is read as {BROKEN}.",)


def _cell(value: object) -> str:
    """Numbers that are whole lose their `.0`: a label 3 is `3` in every kind of table."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
