"""Small SVG drawings of sequences: a pen trace as strokes, any other as a curve per channel."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gemel.arrays import Floats
from gemel.inputs.series import Recording
from gemel.inputs.series.gaps import COUNTS
from gemel.inputs.series.resample import even_places, resample

WIDTH, HEIGHT = 120, 72
MARGIN = 3
MOST_POINTS = 240
"""The most points of a line; more are not visible at this size."""
MOST_CHANNELS = 4
FLAT = 1e-300
"""The least range to divide by: that of a constant is 0, and one in small units may be 1e-12."""
UPWARDS = frozenset({("x", "y", "time", "stroke"), ("x", "y", "time", "pressure", "stroke")})
"""Columns of devices whose y points upwards: Omniglot's drawing field and SUSIG's tablets."""


def trace(recording: Recording) -> str:
    """An `<svg>` of a recording in the colour of the surrounding text.

    It has no text alternative, since the text beside it on the page names it.

    >>> from gemel.inputs.series import recorded
    >>> trace(recorded(np.array([0.0, 1.0, 0.0]), "it")).startswith('<svg class="trace"')
    True
    """
    lines = _strokes(recording) if {"x", "y"} <= set(recording.columns) else _curves(recording)
    drawn = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in line)}" '
        f'opacity="{1 - 0.2 * fade:.1f}"/>'
        for fade, line in lines
    )
    return (
        f'<svg class="trace" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" '
        f'aria-hidden="true">{drawn}</svg>'
    )


def _strokes(recording: Recording) -> list[tuple[int, Floats]]:
    """One line per stroke, with one scale for x and y."""
    points = np.stack([recording.column(name, "it") for name in ("x", "y")], axis=1)
    if recording.columns in UPWARDS:
        points = points * [1, -1]
    low, high = points.min(0), points.max(0)
    scale = min(*((WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN) / np.maximum(high - low, FLAT)))
    points = (points - (low + high) / 2) * scale + [WIDTH / 2, HEIGHT / 2]
    cuts = [0]
    if "stroke" in recording.columns:
        cuts += (np.flatnonzero(np.diff(recording.column("stroke", "it"))) + 1).tolist()
    spans = pairwise([*cuts, len(points)])
    return [(0, _thinned(points[start:end])) for start, end in spans]


def _curves(recording: Recording) -> list[tuple[int, Floats]]:
    """One line per channel, all with one scale, along the column `time` if there is one."""
    values, columns = recording.values, recording.columns
    describing = [n for n, name in enumerate(columns) if name not in COUNTS] or [0]
    place = even_places(recording.column("time", "it")) if "time" in columns else None
    values = _thinned(values[:, describing[:MOST_CHANNELS]], place)
    low, high = float(values.min()), float(values.max())
    across = np.linspace(MARGIN, WIDTH - MARGIN, len(values))
    heights = HEIGHT - MARGIN - (values - low) / max(high - low, FLAT) * (HEIGHT - 2 * MARGIN)
    return [(fade, np.stack([across, height], axis=1)) for fade, height in enumerate(heights.T)]


def _thinned(values: Floats, place: Floats | None = None) -> Floats:
    if place is None and len(values) <= MOST_POINTS:
        return values
    return resample(values, MOST_POINTS, place)
