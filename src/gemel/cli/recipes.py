"""`gemel recipes`: the recipes that ship with Gemel, or the text of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer


def recipes(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Print this one as TOML.")
    ] = None,
) -> None:
    """List the recipes, or print one to start your own from."""
    import tomllib

    from gemel.recipe.files import named_recipes, named_text

    if name is not None:
        typer.echo(named_text(name))
        return
    texts = named_recipes()
    width = max(map(len, texts))
    for known, text in texts.items():
        tree = tomllib.loads(text)
        typer.echo(f"{known:<{width}}  {tree.get('about', '')}{_minutes(tree)}")


def _minutes(tree: Mapping[str, Any]) -> str:
    """How long one training takes, where the recipe says so."""
    setting = tree.get("reproduction")
    if setting is None:
        return ""
    where = "a GPU" if setting.get("machine") == "gpu" else "2 cores"
    return f" {setting['minutes']:g} min on {where}."
