"""Sequences of any length → a fixed number of samples, evenly spaced along samples or time."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from gemel.arrays import Floats

Along: TypeAlias = Literal["samples", "time"]
"""Evenly spaced in what: the numbers of the samples, or the column `time`, gaps included."""


def resample(values: Floats, length: int, place: Floats | None = None) -> Floats:
    """(samples, columns) at `length` places, straight lines in between, ends kept.

    `place` (samples,) is where each sample lies, ascending; by default evenly spaced. Where samples
    are denser than what is asked for, each place gets the mean of its surroundings instead of a
    single sample, so that noise is averaged and not picked. A length that fits is left untouched.

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
    """(samples,) time made ascending; None where it stands still and so says nothing."""
    ascending = np.maximum.accumulate(time)
    return ascending if ascending[-1] > ascending[0] else None


def _interpolated(wanted: Floats, place: Floats, values: Floats) -> Floats:
    return np.stack([np.interp(wanted, place, column) for column in values.T], axis=1)


def _means_around(wanted: Floats, place: Floats, values: Floats) -> Floats:
    """Means of the straight lines between samples, from halfway before a place to halfway after."""
    widths = np.diff(place)[:, None]
    area = np.concatenate(
        [np.zeros((1, values.shape[1])), np.cumsum((values[1:] + values[:-1]) / 2 * widths, axis=0)]
    )
    half = (wanted[1] - wanted[0]) / 2
    edges = np.clip([wanted - half, wanted + half], place[0], place[-1])
    before, after = (_area_up_to(edge, place, values, area) for edge in edges)
    means: Floats = (after - before) / (edges[1] - edges[0])[:, None]
    return means


def _area_up_to(edge: Floats, place: Floats, values: Floats, area: Floats) -> Floats:
    index = np.clip(np.searchsorted(place, edge, "right") - 1, 0, len(place) - 2)
    beyond = (edge - place[index])[:, None]
    width = np.maximum(place[index + 1] - place[index], 1e-12)[:, None]
    slope = (values[index + 1] - values[index]) / width
    found: Floats = area[index] + values[index] * beyond + slope * beyond**2 / 2
    return found
