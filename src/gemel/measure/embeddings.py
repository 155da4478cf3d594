"""Embeddings of a whole dataset into one file: Parquet, or NumPy's npz."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from gemel.arrays import Embeddings
from gemel.data import Dataset
from gemel.errors import DataError, MissingExtra
from gemel.matcher import Matcher
from gemel.measure.compared import encoded
from gemel.measure.packed import Readers
from gemel.measure.prepared import prepare_whole
from gemel.networks import Side
from gemel.progress import Progress
from gemel.whole_file import whole_file


def write_embeddings(
    matcher: Matcher, dataset: Dataset, out: Path, progress: Progress, side: Side | None = None
) -> int:
    """Writes `item`, `label` and `embedding` of every readable item; returns how many.

    `side` says which encoder, where each side has its own. Raises `DataError` for a file name that
    is neither .parquet nor .npz, `RecipeError` where `side` is missing or nothing has embeddings.
    """
    if out.suffix not in {".parquet", ".npz"}:
        raise DataError(f"embeddings go into a .parquet or .npz file, got --out {out}")
    encoder = matcher.embedder(side)
    # A given split is for measuring; here every item is wanted.
    readers = Readers(encoder.input, encoder.input)
    prepared = prepare_whole(replace(dataset, split=None), readers, progress)
    for sentence in prepared.packed.notices:
        progress.say(sentence)
    items = prepared.side("test")
    embeddings = encoded(encoder, prepared.compared("test"), progress)
    names = [dataset.items.name(int(index)) for index in items]
    labels = [""] * len(items)
    if dataset.labels is not None:
        labels = [dataset.label_names[code] for code in dataset.labels[items]]
    with whole_file(out) as temporary:
        write = _write_parquet if out.suffix == ".parquet" else _write_npz
        write(temporary, names, labels, embeddings)
    return len(items)


def _write_parquet(path: Path, names: list[str], labels: list[str], rows: Embeddings) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra("pyarrow", "parquet", "writing Parquet") from None
    column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
    pq.write_table(pa.table({"item": names, "label": labels, "embedding": column}), path)


def _write_npz(path: Path, names: list[str], labels: list[str], rows: Embeddings) -> None:
    with path.open("wb") as file:
        np.savez(file, item=np.array(names), label=np.array(labels), embedding=rows)
