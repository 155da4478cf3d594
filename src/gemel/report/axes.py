"""Chart axes: scales and ticks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from gemel.arrays import Floats
from gemel.report.numbers import round_percent

DEVIATE_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99)

ROOM_FOR_A_TICK = 0.09
"""Least distance of ticks, as a share of the axis, at which their labels do not overlap."""


def _identity(values: Floats) -> Floats:
    return values


@final
@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, linear in `warp(value)`; `write` formats the ticks."""

    name: str
    low: float
    high: float
    ticks: tuple[float, ...]
    write: Callable[[float], str]
    warp: Callable[[Floats], Floats] = _identity

    def fraction(self, values: ArrayLike) -> Floats:
        """The position of values on the axis: 0 at `low`, 1 at `high`, clipped to the ends."""
        low, high = self.warp(np.array([self.low, self.high]))
        within = np.clip(np.asarray(values, np.float64), self.low, self.high)
        fraction: Floats = (self.warp(within) - low) / (high - low)
        return fraction


def tick_text(value: float) -> str:
    return f"{value + 0.0:.6g}".replace("e-0", "e-")


def linear(name: str, low: float, high: float, write: Callable[[float], str] = tick_text) -> Axis:
    """A linear axis with ticks at round values; ends that coincide are moved apart."""
    low, high = _apart(low, high)
    return Axis(name, low, high, _multiples(low, high, _step(low, high)), write)


def whole_numbers(name: str, low: float, high: float) -> Axis:
    """A linear axis with ticks at whole numbers only."""
    low, high = _apart(low, high)
    return Axis(name, low, high, _multiples(low, high, max(1.0, _step(low, high))), tick_text)


def rounded(low: float, high: float) -> tuple[float, float]:
    """The ends moved outwards to the next ticks."""
    low, high = _apart(low, high)
    step = _step(low, high)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def decades(name: str, low: float) -> Axis:
    """A logarithmic axis of shares from `low`, a power of ten, to 1."""
    first = round(math.log10(low))
    ticks = tuple(10.0**power for power in range(first, 1))
    return Axis(name, low, 1.0, ticks, round_percent, np.log10)


def deviates(name: str, low: float, high: float) -> Axis:
    """A normal-deviate (probit) axis of shares, on which the DET curve of normal distributions is a
    line.
    """
    axis = Axis(name, low, high, (), round_percent, np.vectorize(NormalDist().inv_cdf, [float]))
    ticks: list[float] = []
    for tick in DEVIATE_TICKS:
        if low <= tick <= high and not (
            ticks and axis.fraction(tick) - axis.fraction(ticks[-1]) < ROOM_FOR_A_TICK
        ):
            ticks.append(tick)
    return replace(axis, ticks=tuple(ticks))


def _apart(low: float, high: float) -> tuple[float, float]:
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    margin = 0.5 * abs(low) or 0.5
    return low - margin, high + margin


def _step(low: float, high: float) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten that gives about five ticks or fewer."""
    wanted = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * 0.999)


def _multiples(low: float, high: float, step: float) -> tuple[float, ...]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(float(f"{step * index:.12g}") for index in range(first, last + 1))
