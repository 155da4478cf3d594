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
    from gemel.measure.embeddings import embed_to_file
    from gemel.progress import shown_progress
    from gemel.whole_file import user_path

    out = user_path(out)
    matcher = gemel.load(run)
    written = embed_to_file(matcher, data, out, shown_progress(), side)
    typer.echo(
        f"{count(written, 'embedding')} in {out}. Compare them with the metric "
        f"{matcher.file.metric}, as Matcher.distances does, to apply the matcher's thresholds.",
        err=True,
    )
