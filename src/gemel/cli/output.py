"""Output of commands: JSON on standard output with --json, tables and wrapped text otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Any

import typer

from gemel.evaluation.protocol import PROTOCOLS

if TYPE_CHECKING:
    from rich.table import Table

    from gemel.report.tables import Table as Figures

WIDEST = 100
"""Largest width of paragraphs and tables, in columns."""

NARROWEST = 14
"""Smallest width of the column of names: the longest word in one, and a little more."""

HANGING: dict[str, Any] = {"initial_indent": " ", "subsequent_indent": "   "}
"""Indents of a note below a table: its first line starts under the names of figures."""


class Interrupted(Exception):
    """Ctrl-C, with a sentence on how the command goes on."""


def print_json(tree: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(tree, ensure_ascii=False))


def print_figures(answer: Mapping[str, Any]) -> None:
    """Print one protocol's figures with their 95 % intervals, and why any of them is missing."""
    from rich.console import Console

    from gemel.report.tables import tables

    (measured,) = tables({answer["protocol"]: answer["metrics"]})
    asks = PROTOCOLS[answer["protocol"]].asks
    table = _columns(measured)
    console = Console(highlight=False, markup=False, emoji=False)
    unbounded = console.options.update(width=WIDEST)
    console.width = max(console.width, console.measure(table, options=unbounded).minimum)
    console.print(f"{measured.protocol} on {answer['data']}: {asks}", style="bold")
    console.print(table)
    for gap in measured.gaps:
        note = fill(f"{gap.name.label}: {gap.why}", console.width, **HANGING)
        console.print(note, style="dim")
    console.print()


def _columns(measured: Figures) -> Table:
    """The figures as a table for the terminal."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("figure", min_width=NARROWEST)
    columns = {"value": "value", "interval": "95 % interval", "n": "trials"}
    for key, title in columns.items():
        # On a narrow terminal names wrap, so that no other column is dropped or cut.
        longest = max([len(title), *(len(getattr(row, key)) for row in measured.rows)])
        table.add_column(title, justify="right", no_wrap=True, min_width=max(longest, 8))
    for row in measured.rows:
        table.add_row(row.name.label, row.value, row.interval, row.n)
    return table


def print_wrapped(text: str) -> None:
    """Print a paragraph, wrapped at the width of the terminal."""
    typer.echo(fill(text, min(get_terminal_size().columns, WIDEST), break_long_words=False))
