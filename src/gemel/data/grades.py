"""Scores of pairs: how alike the two are, on a scale that the scores themselves show."""

from __future__ import annotations

import math

from gemel.arrays import Floats
from gemel.data.rows import Rows
from gemel.errors import DataError
from gemel.inputs.decimal import decimal

SCALES = ((0.0, 1.0), (1.0, 5.0), (0.0, 5.0), (0.0, 10.0), (0.0, 100.0))
"""The usual ones, the narrowest first."""

SAME_FROM = 0.75
"""Of the way up the scale: where a verdict says *same*. 4 on a scale from 1 to 5."""


def scores_of(rows: Rows) -> list[float]:
    """The column `score`. Raises DataError for a cell that is no number or on no usual scale."""
    scores = []
    for cell, number in zip(rows.column("score"), rows.numbers, strict=True):
        try:
            score = decimal(cell)
        except ValueError:
            score = math.nan
        if not 0 <= score <= SCALES[-1][1]:
            raise DataError(
                f"row {number} of {str(rows.path)!r}: score must be a number from 0 to 100 "
                f"(scales are 0-1, 1-5, 0-5, 0-10 and 0-100), got {cell!r}"
            )
        scores.append(score)
    return scores


def scale_of(scores: Floats) -> tuple[float, float]:
    """The narrowest usual scale that holds all scores.

    >>> import numpy as np
    >>> scale_of(np.array([1.0, 3.5, 4.8])), scale_of(np.array([0.0, 0.3]))
    ((1.0, 5.0), (0.0, 1.0))
    """
    low, high = float(scores.min()), float(scores.max())
    return next(scale for scale in SCALES if scale[0] <= low and high <= scale[1])
