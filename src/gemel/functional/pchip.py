"""Monotone piecewise cubic Hermite interpolation (PCHIP) of strictly monotone points.

The slope at an inner point is the weighted harmonic mean of the slopes of the two adjacent chords:
F. Fritsch & J. Butland, "A method for constructing local monotone piecewise cubic interpolants",
SIAM J. Sci. Stat. Comput. 5, 1984.
Differs from the paper: at either end the slope is that of the chord, and the curve is extrapolated
linearly.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Floats


def monotone_curve(knots: Floats, heights: Floats, at: Floats) -> Floats:
    """Evaluate the curve through two or more points (knots, heights) at any positions `at`.

    `knots` must be strictly increasing and `heights` strictly monotone.

    >>> monotone_curve(np.array([0.0, 1.0]), np.array([2.0, 0.0]), np.array([-1.0, 0.5, 2.0]))
    array([ 4.,  1., -2.])
    """
    width = np.diff(knots)
    chord = np.diff(heights) / width
    slope = np.concatenate([chord[:1], _inner_slopes(width, chord), chord[-1:]])
    # Interpolate at the position clipped to the knots, then extrapolate linearly from there.
    inside = np.clip(at, knots[0], knots[-1])
    piece = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(width) - 1)
    t = (inside - knots[piece]) / width[piece]
    rise = t * t * (3 - 2 * t)
    bend = t * (1 - t) * width[piece] * ((1 - t) * slope[piece] - t * slope[piece + 1])
    height = heights[piece] + (heights[piece + 1] - heights[piece]) * rise + bend
    tail = np.where(at < knots[0], slope[0], slope[-1])
    return np.asarray(height + tail * (at - inside), np.float64)


def _inner_slopes(width: Floats, chord: Floats) -> Floats:
    before, after = width[:-1], width[1:]
    towards_before, towards_after = 2 * after + before, after + 2 * before
    total = towards_before + towards_after
    return np.asarray(total / (towards_before / chord[:-1] + towards_after / chord[1:]), np.float64)
