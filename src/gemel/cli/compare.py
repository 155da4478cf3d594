"""`gemel compare`: the verdict on two items."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gemel.cli.output import JsonOption, print_json


def compare(
    run: Annotated[Path, typer.Argument(help="A run, or a matcher folder.")],
    left: Annotated[Path, typer.Argument(metavar="A", help="One item: a picture file.")],
    right: Annotated[Path, typer.Argument(metavar="B", help="The other one.")],
    target: Annotated[
        str | None,
        typer.Option(help="Which threshold: eer, far=0.01, cost=10:1, … [default: the recipe's]"),
    ] = None,
    prior: Annotated[
        float | None,
        typer.Option(help="Share of all pairs that are the same. [default: the recipe's]"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say whether two items are the same, how surely, and how often such a verdict is wrong."""
    import gemel

    verdict = gemel.load(run).compare(left, right, target=target, prior=prior)
    if json:
        print_json(verdict.model_dump())
        return
    typer.echo(
        f"{'same' if verdict.same else 'different'}   p(same) = {verdict.probability:.3g}   "
        f"distance {verdict.distance:.4f}, threshold {verdict.threshold:.4f}"
    )
    typer.echo(
        f"At this threshold ({verdict.target}), {verdict.far:.2%} of different pairs pass for the "
        f"same and {verdict.frr:.2%} of same pairs are missed, on validation pairs."
    )
