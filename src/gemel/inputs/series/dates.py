"""Read ISO dates as seconds, which is what a column `time` of dates is taken for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from gemel.inputs.series.cells import is_hole


def seconds_of(cells: Sequence[str]) -> list[float] | None:
    """Seconds since the first date, NaN for a gap; None where no cell, or not every one, is a date.

    Dates without a time zone are taken as UTC, so that no clock is put forward among them.

    >>> seconds_of(["2024-05-31T10:00:00", "", "2024-05-31 10:00:01.5"])
    [0.0, nan, 1.5]
    """
    try:
        dates = [None if is_hole(cell) else _date(cell) for cell in cells]
    except ValueError:
        return None
    first = next(filter(None, dates), None)
    if first is None:
        return None
    return [math.nan if date is None else (date - first).total_seconds() for date in dates]


def _date(cell: str) -> datetime:
    date = datetime.fromisoformat(cell.strip())
    return date if date.tzinfo else date.replace(tzinfo=UTC)
