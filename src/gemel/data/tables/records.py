"""Read the rows of a .csv, .tsv, .jsonl or .parquet file one at a time, in bounded memory."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, zip_longest
from pathlib import Path
from typing import NamedTuple, TypeAlias, final

from gemel.counting import count
from gemel.data.tables.lines import LineCount, count_lines, lines_of
from gemel.errors import DataError, MissingExtra
from gemel.inputs.spreadsheet import declared_separator

SEPARATORS = ",;\t|"
"""Column separators; the one that occurs most often in the first line is used."""

LONGEST_CELL = 1 << 30
"""The field limit of `csv` in characters: a cell that is too long must not fail the whole table."""

Record: TypeAlias = tuple[int, dict[str, object]]
"""The number of a row (see `open_records`), and its cells by lower-case column name."""


@final
class Records(NamedTuple):
    """A lazy iterator over the rows of a table, and its line count."""

    rows: Iterator[Record]
    lines: LineCount


def open_records(path: Path) -> Records:
    """Open a table. Rows are numbered by line in text files, and from 1 in a .parquet.

    Raises DataError, here or during iteration, for a table that is damaged or not UTF-8.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        return _parquet(path)
    lines = count_lines(path)
    return Records(LINED[ending](path), lines)


def place(column: str, row: int) -> str:
    """The name of the item in a cell, for items that are not files.

    >>> place("item", 2), place("left", 7)
    ('row 2', 'left of row 7')
    """
    return f"row {row}" if column == "item" else f"{column} of row {row}"


def _csv(path: Path) -> Iterator[Record]:
    lines = lines_of(path)
    above, first, separator = _heading(path, lines)
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    rows = _rows(reader)
    try:
        columns = _named_once(path, next(rows))
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(columns):
                raise DataError(
                    f"line {above + reader.line_num} of {str(path)!r} has {len(row)} cells, but "
                    f"the first line names {count(len(columns), 'column')}: quote cells that hold "
                    "the separator, which is a comma, a semicolon, a tab or |"
                )
            yield above + reader.line_num, dict(zip_longest(columns, row, fillvalue=""))
    except csv.Error as error:
        raise DataError(
            f"line {above + reader.line_num} of {str(path)!r} is no CSV ({error}): a cell that "
            "begins with a quote ends with one, and quotes within it are doubled"
        ) from error


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows of a CSV. The field limit, one for the whole process, is raised while each is read.

    >>> len(next(_rows(csv.reader(["x" * 200_000])))[0]), csv.field_size_limit()
    (200000, 131072)
    """
    while True:
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            row = next(reader, None)
        finally:
            csv.field_size_limit(before)
        if row is None:
            return
        yield row


def _heading(path: Path, lines: Iterator[str]) -> tuple[int, str, str]:
    """The number of lines above the one that names the columns, this line, and the separator."""
    declared = ""
    for above, line in enumerate(lines):
        if separator := declared_separator(line):
            declared = separator
        elif line.strip():
            return above, line, declared or max(SEPARATORS, key=line.count)
    raise DataError(
        f"{str(path)!r} is empty: it must hold a row per item or per pair, "
        "below a line that names the columns"
    )


def _named_once(path: Path, names: Iterable[str]) -> list[str]:
    """The names stripped and in lower case. Raises DataError for two that are then equal."""
    columns = [name.strip().lower() for name in names]
    for name, times in Counter(filter(None, columns)).items():
        if times > 1:
            raise DataError(
                f"{str(path)!r} has {times} columns called {name!r}, whatever the case: give each "
                "column a different name"
            )
    return columns


def _jsonl(path: Path) -> Iterator[Record]:
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"line {number} of {str(path)!r} is no JSON ({error}): write a JSON object a line"
            ) from error
        if not isinstance(record, dict):
            raise DataError(f"line {number} of {str(path)!r} must be a JSON object like {{…}}")
        yield number, dict(zip(_named_once(path, record), record.values(), strict=True))


def _parquet(path: Path) -> Records:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "parquet", "reading a .parquet table") from error

    def rows() -> Iterator[Record]:
        number = 0
        try:
            for batch in file.iter_batches(batch_size=4096):
                for record in batch.to_pylist():
                    number += 1
                    yield number, {name.strip().lower(): cell for name, cell in record.items()}
        except (ArrowException, OSError) as error:
            raise _not_whole(path, error) from error

    try:
        file = parquet.ParquetFile(path)
        _named_once(path, file.schema_arrow.names)
    except (ArrowException, OSError) as error:
        raise _not_whole(path, error) from error
    return Records(rows(), LineCount(file.metadata.num_rows, 0))


LINED: dict[str, Callable[[Path], Iterator[Record]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _jsonl,
}
TABLES = (*LINED, ".parquet")
"""The endings of tables."""


def _not_whole(path: Path, error: Exception) -> DataError:
    return DataError(f"{str(path)!r} is not a whole Parquet file ({error})")
