"""Tables of the figures, one per protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from gemel.report.contents import Figure
from gemel.report.naming import FigureName, figure_name


@final
@dataclass(frozen=True)
class Span:
    """Value and interval in per cent, to be drawn on a line."""

    value: float
    low: float
    high: float


@final
@dataclass(frozen=True)
class Row:
    """A figure that was measured."""

    name: FigureName
    value: str
    interval: str
    n: str
    span: Span | None


@final
@dataclass(frozen=True)
class Gap:
    """A figure that could not be measured, and why."""

    name: FigureName
    why: str


@final
@dataclass(frozen=True)
class Table:
    protocol: str
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]


def tables(figures: Mapping[str, Mapping[str, Figure]]) -> tuple[Table, ...]:
    """One table per protocol, with missing figures at the end."""
    return tuple(_table(protocol, _without_repeats(own)) for protocol, own in figures.items())


def _table(protocol: str, figures: Mapping[str, Figure]) -> Table:
    named = [(figure_name(key), figure) for key, figure in figures.items()]
    return Table(
        protocol[:1].upper() + protocol[1:],
        tuple(_row(name, figure) for name, figure in named if figure["value"] is not None),
        tuple(Gap(name, figure["missing"]) for name, figure in named if figure["value"] is None),
    )


def _without_repeats(figures: Mapping[str, Figure]) -> Mapping[str, Figure]:
    """The figures without the `accuracy` of few-shot, which repeats that of its first task."""
    if not any("-way-" in name for name in figures):
        return figures
    return {name: figure for name, figure in figures.items() if name != "accuracy"}


def _row(name: FigureName, figure: Figure) -> Row:
    value, low, high = (float(figure[part]) for part in ("value", "low", "high"))
    span = None
    if name.unit == "percent" and 0 <= low <= high <= 1:
        span = Span(*(round(100 * share, 2) for share in (value, low, high)))
    return Row(
        name=name,
        value=name.write(value),
        interval=name.interval(low, high),
        n=f"{figure['n']:,}",
        span=span,
    )
