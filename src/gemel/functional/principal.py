"""Principal axes of standardised features, where features by far outnumber items.

    z = A' (x - m) / s,    m, s mean and deviation of each feature; A the first axes of what is left

The axes come from the products of items with items, whose number decides the time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Floats

LEAST = 1e-3
"""A feature that varies less than this share of the mean deviation is not blown up to one."""
NOTHING = 1e-6
"""An axis of less than this share of the first one's variance is rounding."""


def principal_axes(features: NDArray[np.float32], kept: int) -> tuple[Floats, Floats]:
    """The mean m (d,) and the matrix A / s (d, k) of (n, d) features; k is `kept`, or all of the
    axes that there are.

    >>> points = np.array([[0.0, 0.0], [2.0, 20.0], [4.0, 40.0]], np.float32)
    >>> mean, matrix = principal_axes(points, kept=1)
    >>> mean.tolist(), np.abs((points - mean) @ matrix).round(1).ravel().tolist()
    ([2.0, 20.0], [1.7, 0.0, 1.7])
    """
    mean = features.mean(0, dtype=np.float64)
    deviation = features.std(0, dtype=np.float64)
    scale = deviation + LEAST * deviation.mean() + np.finfo(np.float32).tiny
    standard = (features - mean.astype(np.float32)) / scale.astype(np.float32)
    squares, sides = np.linalg.eigh((standard @ standard.T).astype(np.float64))
    kept = min(kept, int((squares > squares[-1] * NOTHING).sum()))
    squares, sides = squares[::-1][:kept], sides[:, ::-1][:, :kept]
    axes = standard.T.astype(np.float64) @ (sides / np.sqrt(squares))
    return mean, axes / scale[:, None]
