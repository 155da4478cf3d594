"""Principal axes of features that outnumber the items: against scikit-learn."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

from gemel.functional.principal import LEAST, principal_axes


def test_agrees_with_scikit_learn_on_standardised_features():
    features = np.random.default_rng(0).normal(size=(12, 40)).astype(np.float32)
    features *= np.linspace(0.1, 3, 40, dtype=np.float32)
    mean, matrix = principal_axes(features, kept=5)
    deviation = features.std(0)
    standard = (features - features.mean(0)) / (deviation + LEAST * deviation.mean())
    expected = PCA(5).fit_transform(standard)
    np.testing.assert_allclose(np.abs((features - mean) @ matrix), np.abs(expected), atol=1e-3)


def test_no_more_axes_than_items_span_and_none_blown_up_where_nothing_varies():
    features = np.zeros((4, 6), np.float32)
    features[:, 0] = [0, 1, 2, 3]
    mean, matrix = principal_axes(features, kept=5)
    assert matrix.shape == (6, 1)
    assert np.isfinite(matrix).all()
    assert mean[0] == 1.5
