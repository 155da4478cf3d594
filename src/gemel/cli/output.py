"""What commands print: JSON alone on standard output when asked for, tables for people else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON alone to standard output.")]


def print_json(tree: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(tree, ensure_ascii=False))


def print_figures(title: str, figures: Mapping[str, Mapping[str, Any]]) -> None:
    """One protocol's figures with their 95 % intervals, or why one is missing."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in ("figure", "value", "95 % interval", "n"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    absent = []
    for name, figure in figures.items():
        if figure.get("value") is None:
            absent.append(f"{name}: {figure.get('missing')}")
            continue
        interval = f"{figure['low']:.4f} – {figure['high']:.4f}"
        table.add_row(name, f"{figure['value']:.4f}", interval, f"{figure['n']:,}")
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    for sentence in absent:
        console.print(f"  {sentence}", style="dim", markup=False)
