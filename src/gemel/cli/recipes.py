"""`gemel recipes`: the recipes that ship with Gemel, or the text of one."""

from __future__ import annotations

from typing import Annotated

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
        typer.echo(f"{known:<{width}}  {tomllib.loads(text).get('about', '')}")
