"""A sequence as it was recorded: named columns, a row per sample, every number finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Floats
from gemel.errors import ItemError

MOST_NUMBERS = 10_000_000
"""Numbers in one sequence; a file with more is no item of a set of many."""


@final
@dataclass(frozen=True)
class Recording:
    """`values` is (samples, columns), a column per name.

    Pen traces have the columns `x` (to the right), `y`, `time` in milliseconds, `stroke` (0, 1, …:
    the pen was lifted where it grows), and perhaps `pressure`; y points as the device has it.
    """

    columns: tuple[str, ...]
    values: Floats

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str, named: str) -> Floats:
        """(samples,) one column. Raises ItemError that calls the item `named`."""
        if name not in self.columns:
            raise ItemError(
                f"{named} must have a channel {name!r}, got {', '.join(self.columns)}: add it, or "
                "leave the file out"
            )
        column: Floats = self.values[:, self.columns.index(name)]
        return column


def recorded(values: Floats, named: str, columns: tuple[str, ...] | None = None) -> Recording:
    """Checked numbers; columns without names are called `1`, `2`, ….

    `values` is (samples,) or (samples, columns). Raises ItemError for fewer than two samples and
    for numbers that are not finite.

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
