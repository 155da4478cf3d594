"""The Typer app with all commands. Commands import lazily, so that --help is fast."""

from __future__ import annotations

from typing import Annotated

import typer

import gemel
from gemel.cli import compare, embed, evaluate, recipes, report, reproduce, train, tune

# Click does not rewrap a paragraph that follows "\b".
FIRST_STEPS = """\b
First steps:
  gemel train digits --minutes 1          a run to look at, in runs/digits
  gemel train photos/ --minutes 5         your own: a folder of pictures per label
  gemel compare runs/photos A.jpg B.jpg   same or different, and how sure
  gemel evaluate runs/photos              how often such verdicts are right
  gemel report runs/photos --open         curves, examples and the hardest pairs

\b
gemel COMMAND --help says more. Exit status: 0 done, 1 the data or the request
cannot be served, 2 wrong usage, 130 interrupted.
"""

app = typer.Typer(
    name="gemel",
    help="Same or different? Train a twin network on your own examples, and get an answer you can "
    "trust.",
    epilog=FIRST_STEPS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gemel {gemel.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


for command, short, example in (
    (train, "Train on your examples, calibrate, measure, report.", "photos/ --minutes 5"),
    (evaluate, "Measure a run: figures with intervals.", "runs/photos --protocol few-shot"),
    (compare, "Same or different: the verdict on two items.", "runs/photos A.jpg B.jpg"),
    (embed, "Write the embeddings of a set of data.", "runs/photos photos/ --out photos.parquet"),
    (tune, "Search for the settings that validate best.", "digits --recipe my.toml --trials 50"),
    (report, "Make the page of a run again, or open it.", "runs/photos --open"),
    (recipes, "List the recipes, or print one.", "default > my.toml"),
    (
        reproduce,
        "Measure a paper's figures anew, beside the published ones.",
        "hadsell-2006 --seeds 3",
    ),
):
    name = command.__name__.rpartition(".")[2]
    app.command(short_help=short, epilog=f"Example: gemel {name} {example}")(getattr(command, name))
