"""Principal axes of standardised features, for far more features than items.

    z = A' (x - m) / s,    m, s: mean and standard deviation of each feature; A: the first axes

The axes come from the eigenvectors of the (n, n) Gram matrix of the items, not of the (d, d)
covariance of the features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Floats

LEAST = 1e-3
"""Added to each standard deviation, as a share of their mean, so that a feature that hardly varies
is not scaled up to unit variance."""
NOTHING = 1e-6
"""An axis with less than this share of the first one's variance is rounding error."""


def principal_axes(features: NDArray[np.float32], kept: int) -> tuple[Floats, Floats]:
    """The mean m (d,) and the matrix A / s (d, k) of (n, d) features.

    k is `kept`, or the rank of the features where that is lower.

    >>> points = np.array([[0.0, 0.0], [2.0, 20.0], [4.0, 40.0]], np.float32)
    >>> mean, matrix = principal_axes(points, kept=1)
    >>> mean.tolist(), np.abs((points - mean) @ matrix).round(1).ravel().tolist()
    ([2.0, 20.0], [1.7, 0.0, 1.7])
    """
    mean = features.mean(0, dtype=np.float64)
    deviation = features.std(0, dtype=np.float64)
    scale = deviation + LEAST * deviation.mean() + np.finfo(np.float32).tiny
    standard = (features - mean.astype(np.float32)) / scale.astype(np.float32)
    eigenvalues, vectors = np.linalg.eigh((standard @ standard.T).astype(np.float64))
    kept = min(kept, int((eigenvalues > eigenvalues[-1] * NOTHING).sum()))
    eigenvalues, vectors = eigenvalues[::-1][:kept], vectors[:, ::-1][:, :kept]
    axes = standard.T.astype(np.float64) @ (vectors / np.sqrt(eigenvalues))
    return mean, axes / scale[:, None]
