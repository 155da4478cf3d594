"""`gemel reproduce`: measure a paper's figures and record them beside the published ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gemel.cli.options import JsonOption, SetOption


def reproduce(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="A name from `gemel recipes`, or a TOML file.")
    ],
    data: Annotated[
        str | None,
        typer.Argument(metavar="DATA", help="Data to train on.  [default: the recipe's]"),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            metavar="S", min=1, help="Number of seeds, each with a training (or one per fold)."
        ),
    ] = 3,
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Folder of the trainings; finished ones are reused."),
    ] = Path("runs/reproduce"),
    results: Annotated[
        Path, typer.Option(metavar="FILE.md", help="The page of results, made from FILE.json.")
    ] = Path("docs/results.md"),
    set: SetOption = None,
    json: JsonOption = False,
) -> None:
    """Train a recipe for several seeds, measure it by its paper's protocol, and add its rows.

    Killed, it goes on where it stood when the same command is given again.
    """
    if results.suffix != ".md":
        raise typer.BadParameter(
            f"the page of results is a file that ends in .md, got {str(results)!r}",
            param_hint="--results",
        )
    from gemel.errors import MissingExtra
    from gemel.progress import shown_progress
    from gemel.whole_file import user_path

    try:
        from gemel.reproduction.reproduce import ReproductionRequest
        from gemel.reproduction.reproduce import reproduce as carry_out
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "train", "training") from error
    request = ReproductionRequest(
        recipe, data, seeds, tuple(set or ()), user_path(out), user_path(results)
    )
    entry = carry_out(request, shown_progress())
    if json:
        typer.echo(entry.model_dump_json())
        return
    from gemel.reproduction.page import rows_in_words

    typer.echo(f"{rows_in_words(entry)}\n\nwritten to {results}")
