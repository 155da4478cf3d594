"""`gemel report`: the page of a run, made again and opened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run that has finished training.")],
    open: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write report.html of a run again, and say where it is."""
    from gemel.progress import shown_progress
    from gemel.report import write_report
    from gemel.run import Run

    path = write_report(Run.opened(run), shown_progress())
    typer.echo(str(path))
    if open:
        typer.launch(str(path))
