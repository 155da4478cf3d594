"""Embed the texts of a table in batches of rows, so that memory does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import final

from gemel.arrays import Array, Side, padded
from gemel.data.tables.records import TABLES, Record, Records, open_records
from gemel.data.tables.rows import cell_text
from gemel.data.unreadable import NAMED, Unreadable, refuse_too_many, skipped
from gemel.errors import ItemError
from gemel.inputs import TextInput
from gemel.matcher import Matcher
from gemel.matcher.networks import EncoderSide
from gemel.measure.embedding_file import (
    AT_ONCE,
    SKIPPED,
    Embedded,
    check_ending,
    stamp_of,
    write_parts,
)
from gemel.progress import Progress, Stage


def texts_by_row(matcher: Matcher, path: Path, side: Side | None) -> bool:
    """Whether `path` is a table of texts with a column `item`, which can be read row by row."""
    if matcher.embedder(side).input.kind != "text" or path.suffix.lower() not in TABLES:
        return False
    return path.is_file() and "item" in next(open_records(path).rows, (0, {}))[1]


def write_text_embeddings(
    matcher: Matcher, path: Path, out: Path, progress: Progress, side: Side | None = None
) -> int:
    """Write `item`, `label` and `embedding` of every readable row, and return their number.

    `item` is the text itself; `label` is empty where there is none. Raises DataError for a damaged
    table and where no row is readable.
    """
    check_ending(out)
    records = open_records(path)
    for sentence in records.lines.notices:
        progress.say(sentence)
    input = matcher.embedder(side).input
    assert isinstance(input, TextInput), "checked by texts_by_row"
    reader = _Reader(input)
    with progress.stage("encoding texts", records.lines.lines) as stage:
        write_parts(out, _parts(matcher.embedder(side), records, reader, stage), stamp_of(matcher))
        stage.advance(records.lines.lines)  # lines without a row, such as the one of names
    for sentence in reader.notices:
        progress.say(sentence)
    return reader.rows - reader.unreadable


@final
class _Reader:
    """Reads rows, and counts those that are unreadable, cut, or without a known token."""

    def __init__(self, input: TextInput) -> None:
        self.input = input
        self.rows = self.unreadable = self.cut = self.unknown = 0
        self.shown: list[Unreadable] = []

    def read(self, record: Record) -> Array | None:
        """The token ids of a row's text; None where it is unreadable."""
        number, cells = record
        self.rows += 1
        try:
            ids = self.input.read_with_digest(cell_text(cells.get("item"))).values
        except ItemError as error:
            self.unreadable += 1
            if len(self.shown) < NAMED:
                self.shown.append((_name(number), str(error)))
            return None
        self.cut += len(ids) > self.input.most_tokens
        self.unknown += not self.input.knows(ids).any()
        return ids

    @property
    def notices(self) -> tuple[str, ...]:
        read = self.rows - self.unreadable
        notices = self.input.notices(read, cut=self.cut, unknown=self.unknown)
        return (*skipped(self.shown, self.unreadable, self.rows), *notices)


def _parts(
    encoder: EncoderSide, records: Records, reader: _Reader, stage: Stage
) -> Iterator[Embedded]:
    while batch := list(islice(records.rows, AT_ONCE)):
        read = [(record, reader.read(record)) for record in batch]
        kept = [(record, ids) for record, ids in read if ids is not None]
        stage.advance(reader.rows)
        if kept:
            names, labels = (
                [cell_text(cells.get(column)) for (_, cells), _ in kept]
                for column in ("item", "label")
            )
            yield Embedded(names, labels, encoder.encode(padded([ids for _, ids in kept])))
    refuse_too_many(reader.shown, reader.unreadable, reader.rows, SKIPPED)


def _name(number: int) -> str:
    return f"row {number}"
