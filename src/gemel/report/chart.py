"""A chart as plain shapes in the page's own colours; `chart.html` writes it as SVG."""

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
"""The box inside the axes, in the units of the drawing."""

Tone = Literal["genuine", "impostor", "accent", "faint", "threshold"]
"""A role, not a colour: the style sheet gives each its colour, by day and by night."""


@final
@dataclass(frozen=True)
class Mark:
    """A path in one tone; `kind` says whether it is drawn or filled."""

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
    """Words beside a mark."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"]
    tone: Tone


@final
@dataclass(frozen=True)
class Band:
    """An upright strip that answers a pointer: its words, and the points that they are about."""

    x: float
    width: float
    centre: float
    words: str
    dots: tuple[Dot, ...]


@final
@dataclass(frozen=True)
class Frame:
    """Two axes, and paths drawn between them from values."""

    across: Axis
    up: Axis

    def x(self, values: ArrayLike) -> Floats:
        return LEFT + (RIGHT - LEFT) * self.across.fraction(values)

    def y(self, values: ArrayLike) -> Floats:
        return BOTTOM - (BOTTOM - TOP) * self.up.fraction(values)

    def line(self, across: ArrayLike, up: ArrayLike) -> str:
        """A path through the points, lifted where a value is no number."""
        path, drawing = [], False
        for x, y in _distinct(self.x(across), self.y(up)):
            drawing_on = bool(np.isfinite(x) and np.isfinite(y))
            if drawing_on:
                path.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
            drawing = drawing_on
        return "".join(path)

    def steps(self, edges: ArrayLike, heights: Sequence[float] | Floats) -> str:
        """The closed outline of a histogram: n + 1 edges, n heights."""
        x = np.repeat(self.x(edges), 2)
        y = np.concatenate([[BOTTOM], np.repeat(self.y(heights), 2), [BOTTOM]])
        return (
            "".join(
                f"{'L' if index else 'M'}{a:.1f} {b:.1f}"
                for index, (a, b) in enumerate(zip(x, y, strict=True))
            )
            + "Z"
        )

    def upright(self, value: float) -> str:
        """A straight line from the bottom to the top."""
        return f"M{float(self.x(value)):.1f} {BOTTOM}V{TOP}"

    def dot(self, across: float, up: float, tone: Tone) -> Dot:
        return Dot(round(float(self.x(across)), 1), round(float(self.y(up)), 1), tone)

    def bands(
        self, across: Floats, words: Sequence[str], dots: Sequence[tuple[Dot, ...]]
    ) -> tuple[Band, ...]:
        """One strip per value, each as wide as the way to its neighbours; values ascend."""
        centres = self.x(across)
        middles = (centres[1:] + centres[:-1]) / 2
        edges = np.concatenate([[LEFT], middles, [RIGHT]]).round(1)
        return tuple(
            Band(left, round(right - left, 1), round(centre, 1), text, points)
            for left, right, centre, text, points in zip(
                edges[:-1].tolist(), edges[1:].tolist(), centres.tolist(), words, dots, strict=True
            )
        )


@final
@dataclass(frozen=True)
class Chart:
    """A picture, and a sentence that says the same to someone who does not see it."""

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
    """The place of a chart that these data cannot give, and why."""

    title: str
    why: str


def _distinct(x: Floats, y: Floats) -> list[tuple[float, float]]:
    """Without points that fall on the one before: a long curve costs what its picture needs."""
    points = list(zip(x.round(1).tolist(), y.round(1).tolist(), strict=True))
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
