"""Embeddings of the texts of a table, row by row: memory is a batch, however long the table is."""

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
from gemel.measure.embeddings import AT_ONCE, SKIPPED, Embedded, check_ending, stamp_of, write_parts
from gemel.networks import EncoderSide
from gemel.progress import Progress, Stage


def texts_by_row(matcher: Matcher, path: Path, side: Side | None) -> bool:
    """Whether these are texts in a table with a column `item`, which need not be held."""
    if matcher.embedder(side).input.kind != "text" or path.suffix.lower() not in TABLES:
        return False
    return path.is_file() and "item" in next(open_records(path).rows, (0, {}))[1]


def write_text_embeddings(
    matcher: Matcher, path: Path, out: Path, progress: Progress, side: Side | None = None
) -> int:
    """Writes `item`, `label` and `embedding` of every readable row; returns how many.

    An item is called by its row. A label may be lacking. Raises DataError for a damaged table, and
    where no row can be read.
    """
    check_ending(out)
    records = open_records(path)
    for sentence in records.lines.notices:
        progress.say(sentence)
    input = matcher.embedder(side).input
    assert isinstance(input, TextInput), "told by texts_by_row"
    told = _Told(input)
    with progress.stage("encoding texts", records.lines.lines) as stage:
        write_parts(out, _parts(matcher.embedder(side), records, told, stage), stamp_of(matcher))
    for sentence in told.sentences:
        progress.say(sentence)
    return told.rows - told.unreadable


@final
class _Told:
    """Reads rows, and knows in the end what there is to tell of them."""

    def __init__(self, input: TextInput) -> None:
        self.input = input
        self.rows = self.unreadable = self.cut = self.unknown = 0
        self.shown: list[Unreadable] = []

    def read(self, record: Record) -> Array | None:
        """The ids of a row's text; None where it cannot be read."""
        number, cells = record
        self.rows += 1
        try:
            ids, _ = self.input.read_with_digest(cell_text(cells.get("item")))
        except ItemError as error:
            self.unreadable += 1
            if len(self.shown) < NAMED:
                self.shown.append((_name(number), str(error)))
            return None
        self.cut += len(ids) > self.input.most_tokens
        self.unknown += not self.input.knows(ids).any()
        return ids

    @property
    def sentences(self) -> tuple[str, ...]:
        read = self.rows - self.unreadable
        told = self.input.told(read, cut=self.cut, unknown=self.unknown)
        return (*skipped(self.shown, self.unreadable, self.rows), *told)


def _parts(encoder: EncoderSide, records: Records, told: _Told, stage: Stage) -> Iterator[Embedded]:
    while batch := list(islice(records.rows, AT_ONCE)):
        read = [(record, told.read(record)) for record in batch]
        kept = [(record, ids) for record, ids in read if ids is not None]
        stage.advance(told.rows)
        if kept:
            names = [_name(number) for (number, _), _ in kept]
            labels = [cell_text(cells.get("label")) for (_, cells), _ in kept]
            yield Embedded(names, labels, encoder.encode(padded([ids for _, ids in kept])))
    refuse_too_many(told.shown, told.unreadable, told.rows, SKIPPED)


def _name(number: int) -> str:
    return f"row {number}"
