"""Embed the items of DATA into one file: a table of texts row by row, other data as a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from gemel.arrays import Side, slices
from gemel.data import BUILTINS, Dataset, data_path, open_items
from gemel.data.one_side import on_side
from gemel.matcher import Matcher
from gemel.matcher.networks import EncoderSide
from gemel.measure.embed_texts import texts_by_row, write_text_embeddings
from gemel.measure.embedding_file import (
    AT_ONCE,
    SKIPPED,
    Embedded,
    check_ending,
    stamp_of,
    write_parts,
)
from gemel.measure.prepare import prepare_whole
from gemel.measure.prepared import Prepared
from gemel.progress import Progress


def embed_to_file(
    matcher: Matcher, data: str, out: Path, progress: Progress, side: Side | None = None
) -> int:
    """Write an embedding of every readable item of DATA, and return their number."""
    path = data_path(data)
    if data not in BUILTINS and texts_by_row(matcher, path, side):
        return write_text_embeddings(matcher, path, out, progress, side)
    dataset = open_items(data, kind=matcher.embedder(side).input.kind)
    return write_embeddings(matcher, dataset, out, progress, side)


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
