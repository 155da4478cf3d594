"""A recorded sequence: named columns, a row per sample, all values finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np

from gemel.arrays import Floats, Same
from gemel.errors import ItemError
from gemel.inputs.series.gaps import filled

MOST_NUMBERS = 10_000_000
"""The most numbers that one sequence may have."""


@final
@dataclass(frozen=True)
class Recording:
    """`values` is (samples, columns), with one name in `columns` for each.

    `gaps` is, by column, which samples had no number before these were filled; it leaves out
    columns without gaps. `wordy` names columns that were left out, as they hold no number.

    Pen traces have the columns `x` (to the right), `y` (in the device's direction), `time` in
    milliseconds, `stroke` (the number of the stroke, from 0), and optionally `pressure`.
    """

    columns: tuple[str, ...]
    values: Floats
    gaps: Mapping[str, Same] = field(default_factory=dict)
    wordy: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str, named: str) -> Floats:
        """(samples,) one column. Raises ItemError, naming the item `named`, if there is none."""
        if name not in self.columns:
            got, remedy = ", ".join(self.columns), "add it, or leave the file out"
            if self.columns == counted(len(self.columns)):
                got += " without names"
                remedy = (
                    "name the columns, in a .csv in its first line, in Python by a frame or dict"
                )
            raise ItemError(
                f"{named} must have a channel {name!r} with numbers, got {got}: {remedy}"
            )
        column: Floats = self.values[:, self.columns.index(name)]
        return column

    def gaps_of(self, names: Sequence[str]) -> int:
        """The number of samples without a number in any of these columns."""
        masks = [self.gaps[name] for name in names if name in self.gaps]
        return int(np.any(masks, axis=0).sum()) if masks else 0


def recorded(values: Floats, named: str, columns: tuple[str, ...] | None = None) -> Recording:
    """A recording of checked values; without `columns`, these are named `1`, `2`, ….

    `values` is (samples,) or (samples, columns). NaN is a missing number, see `filled`; columns
    without any number are left out. Raises ItemError for any other shape, infinite values, fewer
    than two samples with numbers, and more than `MOST_NUMBERS` values.

    >>> recorded(np.array([0.0, 1.0, 4.0]), "it").columns
    ('1',)
    """
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or values.shape[1] == 0:
        raise ItemError(
            f"{named} must have the shape (samples,) or (samples, channels), got {values.shape}: "
            "save a picture as .png, and other arrays with an axis less"
        )
    if values.size > MOST_NUMBERS:
        raise ItemError(
            f"{named} holds {values.size:,} numbers, where at most {MOST_NUMBERS:,} are read: cut "
            "it into shorter sequences"
        )
    columns = columns or counted(values.shape[1])
    _refuse_infinite(values, columns, named)
    missing: Same = np.isnan(values)
    gaps: dict[str, Same] = {}
    if missing.any():
        kept = np.flatnonzero(~missing.all(0))
        columns = tuple(columns[column] for column in kept)
        missing = missing[:, kept]
        gaps = {name: mask for name, mask in zip(columns, missing.T, strict=True) if mask.any()}
        values = filled(values[:, kept], columns) if columns else values[:0]
    if len(values) < 2:
        raise ItemError(_too_short(values, named))
    return Recording(columns, np.ascontiguousarray(values, np.float64), gaps)


def counted(columns: int) -> tuple[str, ...]:
    """What columns without names are called."""
    return tuple(str(number) for number in range(1, columns + 1))


def _too_short(values: Floats, named: str) -> str:
    one = f"1 of {values.shape[1]} channels" if values.shape[1] > 1 else "1"
    got, remedy = (one, "give each sample a row of its own, or ") if len(values) else ("0", "")
    return f"{named} must hold at least two samples to be a sequence, got {got}: {remedy}remove it"


def _refuse_infinite(values: Floats, columns: tuple[str, ...], named: str) -> None:
    infinite = np.argwhere(np.isinf(values))
    if len(infinite):
        sample, column = infinite[0]
        more = f", and {len(infinite) - 1} more are not" if len(infinite) > 1 else ""
        raise ItemError(
            f"every number of {named} must be finite, got {values[sample, column]} in sample "
            f"{sample + 1} of channel {columns[column]!r}{more}: leave out such numbers, which are "
            "then filled as gaps"
        )
