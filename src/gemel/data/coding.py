"""Encode names as integer codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gemel.arrays import Codes


def coded(values: Sequence[str]) -> tuple[tuple[str, ...], Codes]:
    """The distinct names in sorted order, and the position of each value's name among them.

    >>> coded(["b", "a", "b"])
    (('a', 'b'), array([1, 0, 1]))
    """
    names = tuple(sorted(set(values)))
    positions = {name: position for position, name in enumerate(names)}
    return names, np.fromiter((positions[value] for value in values), np.int64, len(values))
