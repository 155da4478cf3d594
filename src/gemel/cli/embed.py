"""`gemel embed`: write the embeddings of a data set to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gemel.cli.options import RunArgument
from gemel.counting import count


def embed(
    run: RunArgument,
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="A folder, a table or a built-in name.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write, .parquet or .npz.")],
    side: Annotated[
        Literal["left", "right"] | None,
        typer.Option(metavar="SIDE", help="left or right, where each side has its own encoder."),
    ] = None,
) -> None:
    """Write one embedding per item, with its name and label."""
    import gemel
    from gemel.data import BUILTINS, data_path, open_items
    from gemel.measure.embed_texts import texts_by_row, write_text_embeddings
    from gemel.measure.embeddings import write_embeddings
    from gemel.progress import shown_progress
    from gemel.whole_file import user_path

    out = user_path(out)
    matcher = gemel.load(run)
    progress = shown_progress()
    path = data_path(data)
    if data not in BUILTINS and texts_by_row(matcher, path, side):
        written = write_text_embeddings(matcher, path, out, progress, side)
    else:
        dataset = open_items(data, kind=matcher.embedder(side).input.kind)
        written = write_embeddings(matcher, dataset, out, progress, side)
    typer.echo(
        f"{count(written, 'embedding')} in {out}. Compare them with the metric "
        f"{matcher.file.metric}, as Matcher.distances does, to apply the matcher's thresholds",
        err=True,
    )
