"""Statistics of the training items, by which encoders standardise what they take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gemel.arrays import Array, Floats, Indices, Side, evenly_spaced, slices
from gemel.encoders import PixelStatistics
from gemel.measure.packed import PackedSide
from gemel.measure.prepared import Prepared

MOST_ITEMS = 2_000
"""The most training items looked at; statistics gain nothing from more."""
AT_ONCE = 16
"""Items held in memory as floats at a time."""


def statistics_of(prepared: Prepared, side: Side = "left") -> PixelStatistics | None:
    """Mean and std per channel of up to `MOST_ITEMS` training items; None for texts."""
    packed, train = prepared.packed.side(side), prepared.part("train")
    if packed.input.kind == "text":
        return None
    chosen = looked_at(packed, train)
    mean = _mean_over(packed, chosen, lambda values: values)
    variance = _mean_over(packed, chosen, lambda values: np.square(values - mean))
    return PixelStatistics(mean.tolist(), np.sqrt(variance).tolist())


def looked_at(side: PackedSide, items: Indices) -> Indices:
    """At most `MOST_ITEMS` of those items that the side holds, evenly spaced."""
    items = items[side.holds(items)]
    return items[evenly_spaced(len(items), MOST_ITEMS)]


def _mean_over(side: PackedSide, items: Indices, of: Callable[[Array], Array]) -> Floats:
    """(channels,) mean of `of(values)` over all pixels or samples, a few items at a time."""
    total, count = np.zeros(1), 0
    for chunk in slices(len(items), AT_ONCE):
        values = _values(side, items[chunk])
        total = total + of(values).sum(0, dtype=np.float64)
        count += len(values)
    mean: Floats = total / count
    return mean


def _values(side: PackedSide, items: Indices) -> Array:
    """(n, channels) all pixels or samples of the items, without padding."""
    floats, *lengths = side.feed(items)
    if lengths:
        own: Array = floats[np.arange(floats.shape[1]) < lengths[0][:, None]]
        return own
    return np.moveaxis(floats, 1, -1).reshape(-1, floats.shape[1])
