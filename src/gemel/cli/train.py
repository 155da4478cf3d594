"""`gemel train`: from examples to a matcher, its figures and its report."""

from __future__ import annotations

from json import loads
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gemel.cli.options import JsonOption, SetOption
from gemel.cli.output import Interrupted, print_figures, print_json, print_wrapped

if TYPE_CHECKING:
    from gemel.run import Run


def _devices(text: str) -> int | str:
    if text == "auto":
        return text
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(
            f"it must be auto or a number of at least 1, got {text!r}", param_hint="--devices"
        )
    return int(text)


def train(
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA", help="A folder, a table, or a built-in name such as digits."
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="A name from `gemel recipes`, or a TOML file.  [default: by the data]",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Folder of the run.  [default: runs/DATA]")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="M", min=0.001, help="Train for M minutes.  [default: the recipe's]"),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Train for N epochs instead of by time."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="S", min=0, help="Seed of everything random.  [default: the recipe's]"
        ),
    ] = None,
    set: SetOption = None,
    kind: Annotated[
        Literal["image", "text", "series"] | None,
        typer.Option(
            metavar="KIND",
            help="What table cells hold or name: image, text or series.  [default: detected]",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Continue the unfinished run of DATA, or the one in --out."),
    ] = False,
    devices: Annotated[
        str, typer.Option(metavar="D", help="1 or auto: a training runs on one device.")
    ] = "auto",
    json: JsonOption = False,
) -> None:
    """Train a twin network, calibrate it, measure it on what it has never seen, and report."""
    if minutes is not None and epochs is not None:
        raise typer.BadParameter("give --minutes or --epochs, not both")
    if data is None and out is None and resume:
        raise typer.BadParameter(
            "say which run to resume: its data as they were given, or --out RUN"
        )
    if data is None and not resume:
        raise typer.BadParameter("say what to train on: a folder, a table, or a name like digits")
    chosen = _devices(devices)
    import gemel

    try:
        run = gemel.train(
            data,
            recipe=recipe,
            out=out,
            minutes=minutes,
            epochs=epochs,
            seed=seed,
            settings=set or (),
            resume=resume,
            devices=chosen,
            kind=kind,
        )
    except KeyboardInterrupt as stop:
        raise Interrupted(str(stop) or "It has not begun: give the same command again") from None
    metrics = loads(run.metrics.read_text("utf-8"))
    if json:
        print_json({"run": str(run.path), **metrics["protocols"]["verification"], **metrics})
        return
    for answer in metrics["protocols"].values():
        print_figures(answer)
    _print_end(run)


def _print_end(run: Run) -> None:
    """Print the summary of the run, its files and the next commands."""
    from gemel.report import run_summary

    print_wrapped(run_summary(run))
    path = quote(str(run.path))
    typer.echo(
        f"\nmatcher  {run.matcher}\nreport   {run.report}\n\nTry next:\n"
        f"  gemel compare {path} A B     the verdict on two items of yours\n"
        f"  gemel report {path} --open   the figures and the worst mistakes"
    )
