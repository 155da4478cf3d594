"""The exported network must answer as the trained one: how far they may differ, and the error."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Array
from gemel.errors import ExportError

MOST_DIFFERENCE = 1e-3
"""Of two numbers, relative to the largest of them all."""


def check_distances(part: str, exported: Array, trained: Array) -> None:
    """Raises `ExportError` where the distances of a `part` differ, or are no numbers."""
    difference, scale = np.abs(exported - trained).max(), np.abs(trained).max()
    check_difference(f"the exported {part}", "its distances", float(difference), float(scale))


def check_difference(
    exported: str, what: str, difference: float, scale: float, so: str = ""
) -> None:
    """Raises `ExportError` for a `difference` beyond what numbers of a `scale` may have.

    `so` is what the difference comes to, if that is known.
    """
    allowed = MOST_DIFFERENCE * max(scale, 1e-6)
    if not difference <= allowed:  # so that nan is a difference too
        raise ExportError(
            f"{exported} must answer as the trained one does, and {what} differ by "
            f"{difference:.2g} (allowed {allowed:.2g}){so}: nothing was exported. Please report "
            "this with the recipe"
        )
