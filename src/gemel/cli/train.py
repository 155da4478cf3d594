"""`gemel train`: from examples to a matcher, its figures and its report."""

from __future__ import annotations

from json import loads
from pathlib import Path
from typing import Annotated

import typer

from gemel.cli.output import JsonOption, print_figures, print_json


def train(
    data: Annotated[
        str | None, typer.Argument(help="A folder, a table, or a built-in name such as digits.")
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(help="A name from `gemel recipes`, or a TOML file. [default: default]"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder. [default: runs/DATA]")] = None,
    minutes: Annotated[float | None, typer.Option(help="Train for this long.", min=0.001)] = None,
    epochs: Annotated[int | None, typer.Option(help="Train for so many epochs.", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="Decides everything random.", min=0)] = None,
    set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, e.g. split.by=item."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run.")] = False,
    devices: Annotated[str, typer.Option(help="How many devices, or auto.")] = "auto",
    json: JsonOption = False,
) -> None:
    """Train a twin network, calibrate it, measure it on what it has never seen, and report."""
    if minutes is not None and epochs is not None:
        raise typer.BadParameter("give --minutes or --epochs, not both")
    if data is None and not resume:
        raise typer.BadParameter("say what to train on: a folder, a table, or a name like digits")
    import gemel

    run = gemel.train(
        data,
        recipe=recipe,
        out=out,
        minutes=minutes,
        epochs=epochs,
        seed=seed,
        settings=set or (),
        resume=resume,
        devices=int(devices) if devices.isdigit() else devices,
    )
    metrics = loads(run.metrics.read_text("utf-8"))
    if json:
        print_json({"run": str(run.path), **metrics["protocols"]["verification"], **metrics})
        return
    for protocol, answer in metrics["protocols"].items():
        print_figures(f"{protocol} on {answer['data']}", answer["metrics"])
    typer.echo(f"matcher  {run.matcher}")
    typer.echo(f"report   {run.report}")
    typer.echo(f"next     gemel compare {run.path} A B   ·   gemel report {run.path} --open")
