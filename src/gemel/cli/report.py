"""`gemel report`: write the HTML report of a run again, and open it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run that has finished training.")],
    open: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write report.html of a run again, and print its path.

    With --open, the page that is there is opened where it cannot be made again.
    """
    from gemel.errors import GemelError
    from gemel.progress import shown_progress
    from gemel.report import write_report
    from gemel.run import Run

    opened = Run.opened(run)
    path = opened.report
    try:
        write_report(opened, shown_progress())
    except GemelError as error:
        if not (open and path.is_file()):
            raise
        typer.echo(f"The report could not be written again and is unchanged: {error}", err=True)
    typer.echo(str(path))
    if open:
        typer.launch(str(path))
