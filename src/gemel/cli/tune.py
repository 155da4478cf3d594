"""`gemel tune`: search for the settings with the best validation figure."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from gemel.cli.options import JsonOption, SetOption
from gemel.cli.output import print_json
from gemel.counting import count

if TYPE_CHECKING:
    from gemel.tuning.search import SearchResult

USUAL_TRIALS = 50


def tune(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="A folder, a table, or a built-in name.")
    ],
    recipe: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE", help="A recipe with a section [tune], which says what to search."
        ),
    ],
    trials: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Stop when the study has N trials, of all processes.  [default: 50, or no "
            "limit with --minutes]",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            metavar="M",
            min=0.001,
            help="Start new trials for M minutes; how long one takes is up to the recipe.",
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A new study, or one to continue; several processes may share it.  [default: "
            "study.jsonl in the out folder]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the study, its trials and best.toml.  [default: runs/tune-RECIPE, or "
            "named after the study]",
        ),
    ] = None,
    set: SetOption = None,
    json: JsonOption = False,
) -> None:
    """Search a recipe's settings for the best validation figure, without looking at the test part.

    The same command goes on with a search that was stopped, and joins one that is under way.

    What to search stands in the recipe's section [tune], a line each: "optimizer.learning_rate" =
    {low = 1e-4, high = 1e-1, log = true}, "encoder.width" = {choices = [16, 32]}. A setting that
    exists only with some choice of another needs a condition, as in when = {"schedule.name" =
    "exponential"}.
    """
    from gemel.errors import MissingExtra
    from gemel.progress import shown_progress
    from gemel.whole_file import user_path

    try:
        from gemel.tuning.search import SearchRequest
        from gemel.tuning.search import tune as search
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "tune", "searching for settings") from error
    out, study = (path and user_path(path) for path in (out, study))
    default = Path("runs") / f"tune-{Path(recipe).stem}"
    folder = out or (default if study is None else study.with_suffix(""))
    request = SearchRequest(
        data=data,
        recipe=recipe,
        out=folder,
        study=study or folder / "study.jsonl",
        changes=set or (),
        trials=trials or (None if minutes else USUAL_TRIALS),
        minutes=minutes,
    )
    result = search(request, shown_progress())
    if json:
        print_json(asdict(result) | {"study": str(result.study), "recipe": str(result.recipe)})
    else:
        _print_end(result, data)


def _print_end(result: SearchResult, data: str) -> None:
    """Print the outcome, the best settings and the next command."""
    trials = result.complete + result.pruned + result.failed
    typer.echo(
        f"{count(trials, 'trial')}: {result.complete} completed, {result.pruned} pruned, "
        f"{result.failed} failed\nbest: trial {result.trial}, {result.figure} "
        f"{result.value:.4f} in validation"
    )
    for key, value in result.settings.items():
        typer.echo(f"  {key} = {value:.4g}" if isinstance(value, float) else f"  {key} = {value}")
    typer.echo(f"\nstudy    {result.study}\nrecipe   {result.recipe}\n\nTry next:")
    typer.echo(f"  gemel train {quote(data)} --recipe {quote(str(result.recipe))}")
