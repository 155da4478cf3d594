"""`gemel recipes`: list the recipes that ship with Gemel, or print one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from shutil import get_terminal_size
from textwrap import fill
from typing import Annotated, Any

import typer

ONE_LINE = 10_000
"""A width that keeps each entry on one line."""

YOURS = {
    "default",
    "faces",
    "pairs",
    "sentences",
    "series-default",
    "signatures",
    "signatures-online",
    "text-default",
    "text-names",
    "text-pairs",
    "text-scores",
}
"""Recipes to start from with data of your own; the others are for the data of one paper."""


def recipes(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Print this one as TOML.")
    ] = None,
) -> None:
    """List the recipes, or print one to start your own from."""
    import tomllib

    from gemel.recipe.named import named_recipes, named_text

    if name is not None:
        typer.echo(named_text(name))
        return
    trees = {known: tomllib.loads(text) for known, text in named_recipes().items()}
    width = max(map(len, trees)) + 2
    # One line per recipe where the output is piped.
    columns = max(width + 30, get_terminal_size().columns) if sys.stdout.isatty() else ONE_LINE
    for title, wanted in (("For data of your own:", False), ("Of papers and of known data:", True)):
        typer.echo(title)
        for known, tree in trees.items():
            if (known not in YOURS) == wanted:
                about = f"{tree.get('about', '')}{_minutes(tree)}"
                lead = f"  {known:<{width}}"
                typer.echo(
                    fill(about, columns, initial_indent=lead, subsequent_indent=" " * len(lead))
                )


def _minutes(tree: Mapping[str, Any]) -> str:
    """How long one training takes, on the data of the paper or on the user's own.

    The general recipes that count epochs are for pairs of texts: 10,000 pairs took 9 s on a core.
    """
    setting = tree.get("reproduction", tree["training"])
    if "minutes" not in setting:
        return f" {setting['epochs']} epochs: under a minute for 10,000 pairs on 2 cores."
    where = "a GPU" if setting.get("machine") == "gpu" else "2 cores"
    return f" {setting['minutes']:g} min on {where}."
