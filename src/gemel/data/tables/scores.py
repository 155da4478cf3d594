"""The scores of graded pairs, and the scale that they are on."""

from __future__ import annotations

from gemel.arrays import Floats
from gemel.data.tables.cells import parsed
from gemel.data.tables.rows import Rows
from gemel.inputs.spreadsheet import decimal

SCALES = ((0.0, 1.0), (1.0, 5.0), (0.0, 5.0), (0.0, 10.0), (0.0, 100.0))
"""The scales of scores that are recognised, the narrowest first."""

SAME_FROM = 0.75
"""The share of the scale from which a score counts as *same*: 4 on a scale from 1 to 5."""


def scores_of(rows: Rows) -> list[float]:
    """The column `score`. Raises DataError for a cell that is not a number from 0 to 100."""
    must = "a number from 0 to 100 (scales are 0-1, 1-5, 0-5, 0-10 and 0-100)"
    return parsed(rows, "score", _score, must)


def _score(cell: str) -> float | None:
    try:
        score = decimal(cell)
    except ValueError:
        return None
    return score if 0 <= score <= SCALES[-1][1] else None


def scale_of(scores: Floats) -> tuple[float, float]:
    """The narrowest of `SCALES` that contains all scores.

    >>> import numpy as np
    >>> scale_of(np.array([1.0, 3.5, 4.8])), scale_of(np.array([0.0, 0.3]))
    ((1.0, 5.0), (0.0, 1.0))
    """
    low, high = float(scores.min()), float(scores.max())
    return next(scale for scale in SCALES if scale[0] <= low and high <= scale[1])
