"""Within-class whitening: scale down the directions in which items of one class vary.

    W = mean over items of (x - m_c)(x - m_c)',   m_c the mean of the item's class
    z = A' S' (x - m),   S S' = inverse of (1 - s) W + s tr(W)/d I

A are the first principal axes of S' (x - m). Unlike a discriminant analysis this keeps directions
that do not separate the training classes, so it carries over to new classes.

Hatch, Kajarekar & Stolcke, "Within-Class Covariance Normalization for SVM-based Speaker
Recognition", ICSLP 2006 (within-class whitening, smoothed, on principal components).
Differs from the paper: W is shrunk towards a multiple of the identity, and principal axes are taken
after the whitening, where those that separate the classes have the largest variance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes, Floats


def whitening_within(
    features: NDArray[np.float32], classes: Codes, shrinkage: float, kept: int
) -> tuple[Floats, Floats]:
    """The mean m (d,) and the matrix S A (d, kept) of (n, d) features of `classes` (n,).

    `shrinkage` is s, in 0–1.

    >>> spread = np.array([[-2.0, 0.1], [2.0, -0.1], [9.9, 4.0], [10.1, 6.0]], np.float32)
    >>> mean, matrix = whitening_within(spread, np.array([0, 0, 1, 1]), 0.0, kept=2)
    >>> white = ((spread - mean) @ matrix).reshape(2, 2, 2)
    >>> of_class = (white - white.mean(1, keepdims=True)).reshape(4, 2)
    >>> np.allclose(of_class.T @ of_class / 4, np.eye(2), atol=1e-4)
    True
    """
    mean = features.mean(0, dtype=np.float64)
    within = covariance_within(features, classes)
    size = len(within)
    smoothed = (1 - shrinkage) * within + shrinkage * np.trace(within) / size * np.eye(size)
    variances, axes = np.linalg.eigh(smoothed)
    least = max(float(variances[-1]), 1.0) * 1e-12
    whitening = axes / np.sqrt(np.maximum(variances, least))
    white = (features - mean.astype(np.float32)) @ whitening.astype(np.float32)
    _, principal = np.linalg.eigh((white.T @ white).astype(np.float64))
    return mean, whitening @ principal[:, ::-1][:, :kept]


def covariance_within(features: NDArray[np.float32], classes: Codes) -> Floats:
    """The within-class covariance W (d, d) of (n, d) features.

    >>> covariance_within(np.array([[0.0], [2.0], [7.0]], np.float32), np.array([4, 4, 5])).tolist()
    [[0.6666666666666666]]
    """
    within = np.zeros((features.shape[1], features.shape[1]))
    for code in np.unique(classes):
        of_class = features[classes == code].astype(np.float64)
        of_class -= of_class.mean(0)
        within += of_class.T @ of_class
    return within / len(features)
