"""The file that embeddings are written to, Parquet or NumPy's npz."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gemel.arrays import Embeddings
from gemel.counting import count
from gemel.errors import DataError, MissingExtra
from gemel.matcher import Matcher
from gemel.matcher.file import OWN
from gemel.whole_file import whole_file

AT_ONCE = 2_048
"""Items in memory at once, which make a row group of a Parquet file."""
MOST_NAME_BYTES = 1 << 30
"""The most memory that the names or the labels in an .npz may take."""
SKIPPED = 1.0
"""The share of items that may be unreadable: all others are embedded, however few."""


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
    if _ending(out) not in {".parquet", ".npz"}:
        raise DataError(
            f"embeddings go into a .parquet or .npz file, got --out {out}: give it such an ending"
        )
    if out.is_dir():
        raise DataError(f"embeddings go into a file, and {out} is a folder: name another --out")
    if _ending(out) == ".parquet":
        _pyarrow()


def _ending(out: Path) -> str:
    """In lower case, as the endings of data are read."""
    return out.suffix.lower()


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
        write = _write_parquet if _ending(out) == ".parquet" else _write_npz
        write(temporary, parts, about)


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
