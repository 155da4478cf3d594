"""Read a mapping of names to columns, such as a data frame, as a recording."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Number
from typing import Any

import numpy as np

from gemel.arrays import Floats
from gemel.errors import ItemError
from gemel.inputs.series.dates import seconds_of
from gemel.inputs.series.gaps import listed, unmasked
from gemel.inputs.series.header import names_of, refuse_twins
from gemel.inputs.series.recording import Recording, recorded


def is_table(raw: object) -> bool:
    """Whether `raw` has named columns: a mapping, or a data frame of pandas or Polars."""
    return isinstance(raw, Mapping) or (hasattr(raw, "to_numpy") and hasattr(raw, "columns"))


def of_columns(table: Any, named: str) -> Recording:
    """The recording in a mapping or a data frame; errors call it `named`.

    As in a .csv, names are read in lower case, those that pandas numbers are counted from 1, dates
    in a column `time` become seconds, and columns without any number (other dates, remarks) or
    without a name are left out. Columns of timedelta64 become seconds too. Raises ItemError for
    columns that are not equally long or hold anything but numbers.

    >>> of_columns({"Accel": [0.5, None, 1.5], "note": ["on", "", ""]}, "it").columns
    ('accel',)
    """
    names = list(table.keys() if isinstance(table, Mapping) else table.columns)
    lower = names_of([str(name) for name in names])
    refuse_twins(lower, named)
    columns = {
        called: column
        for called, name in zip(lower, names, strict=True)
        if called and (column := _numbers(table[name], called, named)) is not None
    }
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{length} in {name}" for name, length in lengths.items())
        raise ItemError(
            f"the columns of {named} must be equally long, got {told}: fill gaps with NaN"
        )
    if not columns:
        raise ItemError(
            f"{named} must have a column of numbers, got {', '.join(lower) or 'no column'}: add one"
        )
    return recorded(np.stack(list(columns.values()), axis=1), named, tuple(columns))


def _numbers(column: Any, name: str, named: str) -> Floats | None:
    """(samples,) the numbers of a column, NaN where there is none; None for a column of others."""
    try:
        array = np.asanyarray(column)  # keeps the mask of a masked one
        if array.dtype.kind == "m":
            array = array / np.timedelta64(1, "s")
        if array.dtype.kind in "biuf":
            numbers = unmasked(array)
        else:
            cells = list(column)
            if not any(isinstance(cell, Number | np.bool_) for cell in cells):
                found = seconds_of([str(cell) for cell in cells]) if name == "time" else None
                return None if found is None else np.array(found)
            numbers = listed(cells)
        if numbers.ndim == 1:
            return numbers
    except (TypeError, ValueError, OverflowError):
        pass
    raise ItemError(
        f"column {name!r} of {named} must hold numbers and gaps alone, one per sample: mend or "
        "remove it"
    )
