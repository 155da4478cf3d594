"""Channels that are computed from others, by the names that recipes use.

Those of pen traces are Bromley et al. 1993, section 2: x and y less their straight-line trend, over
their deviation; speed, centripetal and tangential acceleration over the mean speed; the direction
of the pen and the local curvature as cosines. Direction as a cosine alone cannot tell up from down,
so the sine is there too. Differences are between neighbouring samples, so they are taken per
sample and not per second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gemel.arrays import Floats
from gemel.errors import RecipeError

Columns = Mapping[str, Floats]
"""(samples,) numbers by the name of their column, resampled and normalised."""

SMALL = 1e-9


def velocity(values: Floats) -> Floats:
    """The change per sample, centred."""
    return np.gradient(values)


def detrended(values: Floats) -> Floats:
    """Less its straight-line trend, over the deviation that is left."""
    position = np.linspace(-1, 1, len(values))
    slope = (values * position).sum() / (position**2).sum()
    level = values - values.mean() - slope * position
    result: Floats = level / max(float(level.std()), SMALL)
    return result


def _speed(columns: Columns) -> Floats:
    speed: Floats = np.hypot(velocity(columns["x"]), velocity(columns["y"]))
    return speed


def _relative_speed(columns: Columns) -> Floats:
    return _speed(columns) / _mean_speed(columns)


def _mean_speed(columns: Columns) -> float:
    return max(float(_speed(columns).mean()), SMALL)


def _tangential(columns: Columns) -> Floats:
    return velocity(_speed(columns)) / _mean_speed(columns)


def _centripetal(columns: Columns) -> Floats:
    """Speed times the rate of turning."""
    dx, dy = velocity(columns["x"]), velocity(columns["y"])
    cross = dx * velocity(dy) - dy * velocity(dx)
    result: Floats = cross / np.maximum(_speed(columns), SMALL) / _mean_speed(columns)
    return np.clip(result, -10, 10)


def _direction(columns: Columns, part: str) -> Floats:
    """A pen that rests points nowhere, and has 0."""
    speed = _speed(columns)
    return np.where(speed > SMALL, velocity(columns[part]) / np.maximum(speed, SMALL), 0.0)


def _curvature(columns: Columns) -> Floats:
    """The cosine of the angle between the directions before and after a sample."""
    across, up = _direction(columns, "x"), _direction(columns, "y")
    turned = np.ones(len(across))
    turned[1:-1] = across[:-2] * across[2:] + up[:-2] * up[2:]
    return turned


def _pen(columns: Columns) -> Floats:
    """1 on the paper, -1 in the air: between strokes, and where one begins."""
    stroke = columns["stroke"]
    rests = np.abs(stroke - np.rint(stroke)) < 1e-6
    begins = np.diff(stroke, prepend=stroke[:1]) > 1e-6
    return np.where(rests & ~begins, 1.0, -1.0)


def _log_duration(columns: Columns) -> Floats:
    """The same number for every sample: a sequence of a fixed length does not show its own."""
    time = columns["time"]
    return np.full(len(time), np.log(max(float(time.max() - time.min()), SMALL)))


DERIVED: dict[str, tuple[tuple[str, ...], Callable[[Columns], Floats]]] = {
    "speed": (("x", "y"), _speed),
    "relative-speed": (("x", "y"), _relative_speed),
    "tangential": (("x", "y"), _tangential),
    "centripetal": (("x", "y"), _centripetal),
    "direction-cosine": (("x", "y"), lambda columns: _direction(columns, "x")),
    "direction-sine": (("x", "y"), lambda columns: _direction(columns, "y")),
    "curvature-cosine": (("x", "y"), _curvature),
    "pen": (("stroke",), _pen),
    "log-duration": (("time",), _log_duration),
}
"""Each with the columns that it is computed from."""

PREFIXED: dict[str, Callable[[Floats], Floats]] = {
    "velocity": velocity,
    "acceleration": lambda values: velocity(velocity(values)),
    "detrended": detrended,
    "log": lambda values: np.log1p(np.maximum(values, 0)),
}
"""Of one column each, written `velocity:x`."""


def sources(channel: str) -> tuple[str, ...]:
    """The columns that a channel is computed from. Raises RecipeError for an unknown prefix.

    >>> sources("velocity:x"), sources("speed"), sources("pressure")
    (('x',), ('x', 'y'), ('pressure',))
    """
    prefix, found, column = channel.partition(":")
    if found:
        if prefix not in PREFIXED:
            raise RecipeError(
                f"a channel is a column, one of {', '.join(DERIVED)}, or "
                f"{'|'.join(PREFIXED)}:COLUMN; got {channel!r}"
            )
        return (column,)
    return DERIVED[channel][0] if channel in DERIVED else (channel,)


def derive(channel: str, columns: Columns) -> Floats:
    """(samples,) one channel of a recipe."""
    prefix, found, column = channel.partition(":")
    if found:
        return PREFIXED[prefix](columns[column])
    if channel in DERIVED and channel not in columns:
        return DERIVED[channel][1](columns)
    return columns[channel]
