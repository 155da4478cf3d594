"""Channels that are computed from recorded columns, by the names that recipes use.

Those of pen traces follow Bromley et al. 1993, section 2: x and y with their linear trend removed,
over their standard deviation; speed, centripetal and tangential acceleration over the mean speed;
the cosines of the pen's direction and of the local curvature. The sine of the direction is added,
because the cosine cannot tell up from down. Derivatives are per sample, not per second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gemel.arrays import Floats
from gemel.errors import RecipeError

Columns = Mapping[str, Floats]
"""(samples,) values by column name, resampled and normalised."""

SMALL = 1e-9


def velocity(values: Floats) -> Floats:
    """The derivative per sample, by central differences."""
    return np.gradient(values)


def detrended(values: Floats) -> Floats:
    """The residual from a fitted line, over the standard deviation of the residual."""
    position = np.linspace(-1, 1, len(values))
    slope = (values * position).sum() / (position**2).sum()
    residual = values - values.mean() - slope * position
    result: Floats = residual / max(float(residual.std()), SMALL)
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
    """Speed times the angular velocity, over the mean speed; clipped to ±10."""
    dx, dy = velocity(columns["x"]), velocity(columns["y"])
    cross = dx * velocity(dy) - dy * velocity(dx)
    result: Floats = cross / np.maximum(_speed(columns), SMALL) / _mean_speed(columns)
    return np.clip(result, -10, 10)


def _direction(columns: Columns, part: str) -> Floats:
    """A component (x or y) of the unit direction; 0 where the pen rests."""
    speed = _speed(columns)
    return np.where(speed > SMALL, velocity(columns[part]) / np.maximum(speed, SMALL), 0.0)


def _curvature(columns: Columns) -> Floats:
    """The cosine of the angle between the directions before and after a sample."""
    x, y = _direction(columns, "x"), _direction(columns, "y")
    cosine = np.ones(len(x))
    cosine[1:-1] = x[:-2] * x[2:] + y[:-2] * y[2:]
    return cosine


def _pen(columns: Columns) -> Floats:
    """1 on the paper, -1 between strokes (interpolated stroke numbers) and where one begins."""
    stroke = columns["stroke"]
    whole = np.abs(stroke - np.rint(stroke)) < 1e-6
    begins = np.diff(stroke, prepend=stroke[:1]) > 1e-6
    return np.where(whole & ~begins, 1.0, -1.0)


def _log_duration(columns: Columns) -> Floats:
    """The logarithm of the duration, repeated for every sample: resampling hides the duration."""
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
"""Derived channels: the columns that each needs, and how it is computed from them."""

PREFIXED: dict[str, Callable[[Floats], Floats]] = {
    "velocity": velocity,
    "acceleration": lambda values: velocity(velocity(values)),
    "detrended": detrended,
    "log": lambda values: np.log1p(np.maximum(values, 0)),
}
"""Channels derived from any one column, written `velocity:x`."""


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
    """(samples,) one channel, computed from `columns` unless these contain it."""
    prefix, found, column = channel.partition(":")
    if found:
        return PREFIXED[prefix](columns[column])
    if channel in DERIVED and channel not in columns:
        return DERIVED[channel][1](columns)
    return columns[channel]
