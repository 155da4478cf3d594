"""A chart as plain shapes, which `chart.html` writes as SVG in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import ArrayLike

from gemel.arrays import Floats
from gemel.report.axes import Axis

WIDTH, HEIGHT = 440.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 426.0, 16.0, 244.0
"""The plot area, in SVG units."""

Tone = Literal["genuine", "impostor", "accent", "faint", "threshold"]
"""A role, which the style sheet maps to a colour of the light and of the dark theme."""


@final
@dataclass(frozen=True)
class Mark:
    """An SVG path in one tone, stroked or filled according to `kind`."""

    kind: Literal["line", "area", "dashes"]
    tone: Tone
    path: str


@final
@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    tone: Tone


@final
@dataclass(frozen=True)
class Note:
    """A text beside a mark."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"]
    tone: Tone


@final
@dataclass(frozen=True)
class Band:
    """A vertical strip with a tooltip, `words`, and the dots that it shows under the pointer."""

    x: float
    width: float
    centre: float
    words: str
    dots: tuple[Dot, ...]


@final
@dataclass(frozen=True)
class Frame:
    """The two axes of a chart; draws values as SVG paths."""

    across: Axis
    up: Axis

    def x(self, values: ArrayLike) -> Floats:
        """SVG coordinates of values on the horizontal axis."""
        return LEFT + (RIGHT - LEFT) * self.across.fraction(values)

    def y(self, values: ArrayLike) -> Floats:
        """SVG coordinates of values on the vertical axis."""
        return BOTTOM - (BOTTOM - TOP) * self.up.fraction(values)

    def line(self, across: ArrayLike, up: ArrayLike) -> str:
        """A path through the points; empty where there are none."""
        points = [f"{x:.1f} {y:.1f}" for x, y in _distinct(self.x(across), self.y(up))]
        return f"M{'L'.join(points)}" if points else ""

    def steps(self, edges: ArrayLike, heights: Sequence[float] | Floats) -> str:
        """The closed outline of a histogram: n + 1 edges, n heights."""
        x = np.repeat(self.x(edges), 2)
        y = np.concatenate([[BOTTOM], np.repeat(self.y(heights), 2), [BOTTOM]])
        points = (f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
        return f"M{'L'.join(points)}Z"

    def upright(self, value: float) -> str:
        """A vertical line at a value."""
        return f"M{float(self.x(value)):.1f} {BOTTOM}V{TOP}"

    def dot(self, across: float, up: float, tone: Tone) -> Dot:
        """A dot at a point."""
        return Dot(round(float(self.x(across)), 1), round(float(self.y(up)), 1), tone)

    def bands(
        self, across: Floats, words: Sequence[str], dots: Sequence[tuple[Dot, ...]]
    ) -> tuple[Band, ...]:
        """One band per value of `across`, ascending, with borders halfway between neighbours."""
        centres = self.x(across)
        borders = (centres[1:] + centres[:-1]) / 2
        edges = np.concatenate([[LEFT], borders, [RIGHT]]).round(1)
        return tuple(
            Band(left, round(right - left, 1), round(centre, 1), text, points)
            for left, right, centre, text, points in zip(
                edges[:-1].tolist(), edges[1:].tolist(), centres.tolist(), words, dots, strict=True
            )
        )


@final
@dataclass(frozen=True)
class Chart:
    """A chart: `sentence` is its caption, `alternative` the text alternative for screen readers."""

    title: str
    sentence: str
    alternative: str
    frame: Frame
    marks: tuple[Mark, ...]
    bands: tuple[Band, ...]
    dots: tuple[Dot, ...] = ()
    notes: tuple[Note, ...] = ()
    keys: tuple[tuple[Tone, str], ...] = ()


@final
@dataclass(frozen=True)
class Absent:
    """In place of a chart that cannot be drawn: why."""

    title: str
    why: str


def _distinct(x: Floats, y: Floats) -> list[tuple[float, float]]:
    """The points rounded to the drawing's precision, without consecutive duplicates."""
    points = list(zip(x.round(1).tolist(), y.round(1).tolist(), strict=True))
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
