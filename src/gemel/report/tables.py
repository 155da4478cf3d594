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
    key: str
    value: str
    interval: str
    n: str
    span: Span | None


@final
@dataclass(frozen=True)
class Gap:
    """A figure that could not be measured, and why."""

    name: FigureName
    key: str
    why: str


@final
@dataclass(frozen=True)
class Table:
    protocol: str
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]


def tables(figures: Mapping[str, Mapping[str, Figure]]) -> tuple[Table, ...]:
    """One table per protocol, with missing figures at the end."""
    return tuple(
        Table(
            protocol[:1].upper() + protocol[1:],
            tuple(_row(key, it) for key, it in measured.items() if it["value"] is not None),
            tuple(
                Gap(figure_name(key), key, str(it.get("missing", "It was not measured.")))
                for key, it in measured.items()
                if it["value"] is None
            ),
        )
        for protocol, measured in ((name, _without_repeats(its)) for name, its in figures.items())
    )


def _without_repeats(figures: Mapping[str, Figure]) -> Mapping[str, Figure]:
    """The figures without the `accuracy` of few-shot, which repeats that of its first task."""
    if not any("-way-" in name for name in figures):
        return figures
    return {name: figure for name, figure in figures.items() if name != "accuracy"}


def _row(key: str, figure: Figure) -> Row:
    name, n = figure_name(key), figure.get("n")
    interval, span = "", None
    if figure.get("low") is not None and figure.get("high") is not None:
        value, low, high = (float(figure[part]) for part in ("value", "low", "high"))
        interval = name.interval(low, high)
        if name.unit == "percent" and 0 <= low <= high <= 1:
            span = Span(*(round(100 * share, 2) for share in (value, low, high)))
    return Row(
        name=name,
        key=key,
        value=name.write(float(figure["value"])),
        interval=interval,
        n="" if n is None else f"{int(n):,}",
        span=span,
    )
