"""All commands in one place. Each imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

from typing import Annotated

import typer

from gemel.cli import compare, embed, evaluate, recipes, report, train

app = typer.Typer(
    name="gemel",
    help="Same or different? Train a twin network on your own examples, and get an answer you can "
    "trust.",
    epilog="Start with: gemel train digits --minutes 1",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gemel {version('gemel')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    del version


for command in (train, evaluate, compare, embed, report, recipes):
    app.command()(getattr(command, command.__name__.rpartition(".")[2]))
