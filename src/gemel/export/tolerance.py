"""The tolerance between exported and trained networks, and the error if it is exceeded."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Array
from gemel.errors import ExportError

MOST_DIFFERENCE = 1e-3
"""Largest allowed difference, relative to the largest value."""


def check_distances(part: str, exported: Array, trained: Array) -> None:
    """Raises `ExportError` if the distances of a `part` differ or are NaN."""
    difference, scale = np.abs(exported - trained).max(), np.abs(trained).max()
    check_difference(f"the exported {part}", "its distances", float(difference), float(scale))


def check_difference(
    exported: str, what: str, difference: float, scale: float, so: str = ""
) -> None:
    """Raises `ExportError` if `difference` exceeds the tolerance for values of size `scale`.

    `so` describes the consequence of the difference, if known.
    """
    allowed = MOST_DIFFERENCE * max(scale, 1e-6)
    if not difference <= allowed:  # also refuses NaN
        raise ExportError(
            f"{exported} must answer as the trained one does, and {what} differ by "
            f"{difference:.2g} (allowed {allowed:.2g}){so}: nothing was exported. Please report "
            "this with the recipe"
        )
