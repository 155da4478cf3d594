"""Resample sequences to a number of samples, evenly spaced along the samples or time."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from gemel.arrays import Floats

Along: TypeAlias = Literal["samples", "time"]
"""What samples are evenly spaced in: the index of the sample, or the column `time`."""


def resample(values: Floats, length: int, place: Floats | None = None) -> Floats:
    """(length, columns) `values` (samples, columns) interpolated linearly; both ends are kept.

    `place` (samples,) is the ascending position of each sample; by default they are evenly spaced,
    and values of the wanted length are returned unchanged. With at least two samples per new one,
    each new sample is the mean of its interval instead, which averages noise.

    >>> resample(np.array([[0.0], [2.0]]), 3).ravel().tolist()
    [0.0, 1.0, 2.0]
    """
    if place is None:
        if len(values) == length:
            return values
        place = np.arange(len(values), dtype=np.float64)
    wanted = np.linspace(place[0], place[-1], length)
    if len(values) < 2 * length:
        return _interpolated(wanted, place, values)
    return _means_around(wanted, place, values)


def even_places(time: Floats) -> Floats | None:
    """(samples,) the running maximum of `time`, so that it never falls; None if it is constant."""
    ascending = np.maximum.accumulate(time)
    return ascending if ascending[-1] > ascending[0] else None


def _interpolated(wanted: Floats, place: Floats, values: Floats) -> Floats:
    return np.stack([np.interp(wanted, place, column) for column in values.T], axis=1)


def _means_around(wanted: Floats, place: Floats, values: Floats) -> Floats:
    """The mean of the linear interpolation over the interval around each wanted position."""
    widths = np.diff(place)[:, None]
    area = np.concatenate(
        [np.zeros((1, values.shape[1])), np.cumsum((values[1:] + values[:-1]) / 2 * widths, axis=0)]
    )
    half = (wanted[1] - wanted[0]) / 2
    edges = np.clip([wanted - half, wanted + half], place[0], place[-1])
    before, after = (_integral_to(edge, place, values, area) for edge in edges)
    means: Floats = (after - before) / (edges[1] - edges[0])[:, None]
    return means


def _integral_to(edge: Floats, place: Floats, values: Floats, area: Floats) -> Floats:
    """The integral of the interpolation up to each edge; `area` is that up to each sample."""
    index = np.clip(np.searchsorted(place, edge, "right") - 1, 0, len(place) - 2)
    beyond = (edge - place[index])[:, None]
    width = np.maximum(place[index + 1] - place[index], 1e-12)[:, None]
    slope = (values[index + 1] - values[index]) / width
    integral: Floats = area[index] + values[index] * beyond + slope * beyond**2 / 2
    return integral
