"""A recorded sequence: named columns, a row per sample, all values finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats
from gemel.errors import ItemError

MOST_NUMBERS = 10_000_000
"""The most numbers that one sequence may have."""


@final
@dataclass(frozen=True)
class Recording:
    """`values` is (samples, columns), with one name in `columns` for each.

    Pen traces have the columns `x` (to the right), `y` (in the device's direction), `time` in
    milliseconds, `stroke` (the number of the stroke, from 0), and optionally `pressure`.
    """

    columns: tuple[str, ...]
    values: Floats

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str, named: str) -> Floats:
        """(samples,) one column. Raises ItemError, naming the item `named`, if there is none."""
        if name not in self.columns:
            raise ItemError(
                f"{named} must have a channel {name!r}, got {', '.join(self.columns)}: add it, or "
                "leave the file out"
            )
        column: Floats = self.values[:, self.columns.index(name)]
        return column


def recorded(values: Floats, named: str, columns: tuple[str, ...] | None = None) -> Recording:
    """A recording of checked values; without `columns`, these are named `1`, `2`, ….

    `values` is (samples,) or (samples, columns). Raises ItemError for any other shape, fewer than
    two samples, more than `MOST_NUMBERS` values, and values that are not finite.

    >>> recorded(np.array([0.0, 1.0, 4.0]), "it").columns
    ('1',)
    """
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or values.shape[1] == 0:
        raise ItemError(
            f"{named} must have the shape (samples,) or (samples, channels), got {values.shape}"
        )
    if len(values) < 2:
        raise ItemError(
            f"{named} must hold at least two samples to be a sequence, got {len(values)}: remove it"
        )
    if values.size > MOST_NUMBERS:
        raise ItemError(
            f"{named} holds {values.size:,} numbers, where at most {MOST_NUMBERS:,} are read: cut "
            "it into shorter sequences"
        )
    columns = columns or tuple(str(number) for number in range(1, values.shape[1] + 1))
    _refuse_holes(values, columns, named)
    return Recording(columns, np.ascontiguousarray(values, np.float64))


def _refuse_holes(values: Floats, columns: tuple[str, ...], named: str) -> None:
    holes = np.argwhere(~np.isfinite(values))
    if len(holes):
        sample, column = holes[0]
        more = f", and {len(holes) - 1} more are not" if len(holes) > 1 else ""
        raise ItemError(
            f"every number of {named} must be finite, got {values[sample, column]} in sample "
            f"{sample + 1} of channel {columns[column]!r}{more}: fill the gaps or remove it"
        )
