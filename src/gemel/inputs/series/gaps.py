"""Fill gaps in recordings: missing numbers, which arrive here as NaN."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gemel.arrays import Array, Floats
from gemel.counting import count
from gemel.inputs.series.resample import even_places

COUNTS = frozenset({"time", "stroke"})
"""Columns that order the samples rather than describe them."""


def filled(values: Floats, columns: tuple[str, ...]) -> Floats:
    """(samples, columns) `values` without gaps; every column must hold a number.

    A gap is filled along the straight line between the nearest numbers before and after it, by the
    column `time` if there is one and else by the index of the sample; before the first number of a
    column and after its last, that number is repeated. Samples at either end without any number,
    as in an array that is padded with NaN, are cut off.

    >>> filled(np.array([[0.0], [np.nan], [4.0], [np.nan]]), ("1",)).tolist()
    [[0.0], [2.0], [4.0]]
    """
    values = _without_empty_ends(values, columns)
    place = np.arange(len(values), dtype=np.float64)
    if "time" in columns:
        time = even_places(_straight(values[:, columns.index("time")], place))
        place = place if time is None else time
    return np.stack([_straight(column, place) for column in values.T], axis=1)


def listed(values: Sequence[object]) -> Floats:
    """(samples,) or (samples, columns) the numbers in lists, NaN for None: a number or a sample.

    Masked numbers are NaN too. Raises TypeError, ValueError or OverflowError for anything else.

    >>> listed([[1, 2], None, [3, None]]).tolist()
    [[1.0, 2.0], [nan, nan], [3.0, nan]]
    """
    first = next((each for each in values if each is not None), None)
    if isinstance(first, list | tuple):
        values = [[None] * len(first) if each is None else each for each in values]
    if isinstance(first, np.ndarray):
        masked = np.ma.MaskedArray
        values = [unmasked(each) if isinstance(each, masked) else each for each in values]
    return np.array(values, np.float64)


def unmasked(values: Array) -> Floats:
    """The numbers of an array, NaN for masked ones."""
    return np.ma.filled(values.astype(np.float64), np.nan)


def gaps_notice(samples: int, items: int, total: int) -> tuple[str, ...]:
    """A sentence about gaps in `samples` samples of `items` of all sequences; empty without any."""
    if not samples:
        return ()
    have = "has no number" if samples == 1 else "have no numbers"
    return (
        f"{count(samples, 'sample')} of {items:,} of {count(total, 'sequence')} {have} in some "
        "channel: such gaps are filled along straight lines between the numbers before and after, "
        "and cut off where a sequence begins or ends with them.",
    )


def _without_empty_ends(values: Floats, columns: tuple[str, ...]) -> Floats:
    describing = [name not in COUNTS for name in columns]
    held = np.flatnonzero(~np.isnan(values[:, describing]).all(1))
    return values[held[0] : held[-1] + 1] if len(held) else values


def _straight(column: Floats, place: Floats) -> Floats:
    """(samples,) a column whose NaN lie on the lines between its numbers."""
    known = ~np.isnan(column)
    return np.where(known, column, np.interp(place, place[known], column[known]))
