"""Write the embeddings of a dataset to one file, Parquet or NumPy's npz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gemel.arrays import Embeddings, Side, slices
from gemel.counting import count
from gemel.data import Dataset
from gemel.data.one_side import on_side
from gemel.errors import DataError, MissingExtra
from gemel.matcher import Matcher
from gemel.matcher.file import OWN
from gemel.matcher.networks import EncoderSide
from gemel.measure.prepare import prepare_whole
from gemel.measure.prepared import Prepared
from gemel.progress import Progress
from gemel.whole_file import whole_file

AT_ONCE = 2_048
"""Items in memory at once, which make a row group of a Parquet file."""
MOST_NAME_BYTES = 1 << 30
"""The most memory that the names or the labels in an .npz may take."""
SKIPPED = 1.0
"""The share of items that may be unreadable: all others are embedded, however few."""


def write_embeddings(
    matcher: Matcher, dataset: Dataset, out: Path, progress: Progress, side: Side | None = None
) -> int:
    """Write `item`, `label` and `embedding` of every readable item, and return their number.

    `item` is the name of an item, or a text itself; each text of a table of pairs is written once.
    `side` selects the encoder where each side has its own. Raises DataError for a file name that
    is neither .parquet nor .npz, and RecipeError where `side` is missing or the matcher has no
    embeddings.
    """
    check_ending(out)
    encoder = matcher.embedder(side)
    dataset = on_side(dataset, side or "left")
    # Without a given split, which would limit this to the test items.
    inputs = (encoder.input, encoder.input)
    prepared = prepare_whole(replace(dataset, split=None), inputs, progress, SKIPPED)
    items = prepared.part("test")
    labels = [""] * len(items)
    if dataset.labels is not None:
        labels = [dataset.label_names[code] for code in dataset.labels[items]]
    write_parts(out, _parts(encoder, prepared, labels, progress), stamp_of(matcher))
    return len(items)


def stamp_of(matcher: Matcher) -> dict[str, str | float]:
    """The metadata of a file of embeddings: their metric, the threshold for its distances, and the
    matcher's checksum, since embeddings of different matchers cannot be compared.
    """
    threshold = matcher.threshold()
    return {
        "metric": matcher.file.metric,
        "threshold": threshold.distance,
        "target": threshold.target,
        "matcher": matcher.file.sha256.get(OWN, ""),
    }


def check_ending(out: Path) -> None:
    """Raise DataError or MissingExtra where `out` cannot be written, before anything is encoded."""
    if out.suffix not in {".parquet", ".npz"}:
        raise DataError(f"embeddings go into a .parquet or .npz file, got --out {out}")
    if out.is_dir():
        raise DataError(f"embeddings go into a file, and {out} is a folder: name another --out")
    if out.suffix == ".parquet":
        _pyarrow()


class Embedded(NamedTuple):
    """Names, labels and embeddings of a batch of items."""

    names: list[str]
    labels: list[str]
    rows: Embeddings


def write_parts(out: Path, parts: Iterable[Embedded], about: Mapping[str, str | float]) -> None:
    """Write all parts to `out`, or no file at all: Parquet part by part, npz from memory.

    `about` becomes the schema metadata of a Parquet file, and arrays of these names in an npz.
    """
    with whole_file(out) as temporary:
        write = _write_parquet if out.suffix == ".parquet" else _write_npz
        write(temporary, parts, about)


def _parts(
    encoder: EncoderSide, prepared: Prepared, labels: list[str], progress: Progress
) -> Iterator[Embedded]:
    """Encode the items in batches."""
    items, compared = prepared.part("test"), prepared.compared("test")
    of_texts = prepared.dataset.kind == "text"
    name = prepared.dataset.items.raw if of_texts else prepared.dataset.items.name
    with progress.stage(f"encoding {compared.what}", len(items)) as stage:
        for chunk in slices(len(items), AT_ONCE):
            rows = encoder.encode(compared.left.fetch(np.arange(chunk.start, chunk.stop)))
            stage.advance(chunk.stop)
            names = [str(name(int(item))) for item in items[chunk]]
            yield Embedded(names, labels[chunk], rows)


def _write_parquet(path: Path, parts: Iterable[Embedded], about: Mapping[str, str | float]) -> None:
    pa, pq = _pyarrow()
    writer = None
    try:
        for part in parts:
            column = pa.FixedSizeListArray.from_arrays(
                pa.array(part.rows.ravel()), part.rows.shape[1]
            )
            names, labels = ([_utf8(text) for text in texts] for texts in part[:2])
            columns = {"item": names, "label": labels, "embedding": column}
            stamp = {name: str(value) for name, value in about.items()}
            table = pa.table(columns).replace_schema_metadata(stamp)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _utf8(text: str) -> str:
    """Replace lone surrogates, as in file names that are not UTF-8: Parquet cannot hold them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra(
            "pyarrow", "parquet", "writing a .parquet file (a .npz needs none)"
        ) from None
    return pa, pq


def _write_npz(path: Path, parts: Iterable[Embedded], about: Mapping[str, str | float]) -> None:
    whole: list[Embedded] = []
    many = longest = 0
    for part in parts:
        whole.append(part)
        many += len(part.names)
        longest = max(longest, *map(len, part.names), *map(len, part.labels))
        _refuse_padding(many, longest)
    arrays: dict[str, Any] = {
        "item": np.array([name for part in whole for name in part.names]),
        "label": np.array([label for part in whole for label in part.labels]),
        "embedding": np.concatenate([part.rows for part in whole]),
        **{name: np.array(value) for name, value in about.items()},
    }
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _refuse_padding(many: int, longest: int) -> None:
    """Raise DataError for a long text among many: NumPy gives all the room of the longest."""
    padded = 4 * many * longest
    if padded > MOST_NAME_BYTES:
        raise DataError(
            f"the texts in an .npz may take {MOST_NAME_BYTES >> 20:,} MB, got {padded >> 20:,} MB, "
            f"as each of {count(many, 'text')} takes as much as the longest, of {longest:,} "
            "characters: write a .parquet"
        )
