"""Whitening within classes, against its definition and on data whose truth is known."""

from __future__ import annotations

import numpy as np

from gemel.functional.whitening import covariance_within, whitening_within


def people(count=40, each=6, size=5, seed=0):
    """Who they are shows in the last axis alone; the first varies most within everybody."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(count), each)
    features = rng.normal(size=(count * each, size)) * [9, 3, 1, 1, 0.5]
    features[:, -1] += rng.normal(size=count)[codes] * 2
    return features.astype(np.float32), codes


def test_without_shrinkage_the_items_of_a_class_vary_alike_in_all_directions():
    features, codes = people()
    mean, matrix = whitening_within(features, codes, 0.0, kept=5)
    white = ((features - mean) @ matrix).astype(np.float32)
    np.testing.assert_allclose(covariance_within(white, codes), np.eye(5), atol=1e-3)


def test_covariance_is_that_of_numpy_class_by_class():
    features, codes = people()
    expected = np.mean([np.cov(features[codes == c].T, bias=True) for c in range(40)], axis=0)
    np.testing.assert_allclose(covariance_within(features, codes), expected, rtol=1e-5)


def test_the_first_axis_kept_is_the_one_that_people_differ_in():
    features, codes = people()
    _, matrix = whitening_within(features, codes, 0.0, kept=1)
    assert matrix.shape == (5, 1)
    direction = np.abs(matrix[:, 0]) * features.std(0)
    assert direction.argmax() == 4


def test_with_full_shrinkage_nothing_is_whitened_but_turned():
    features, codes = people()
    _, matrix = whitening_within(features, codes, 1.0, kept=5)
    scale = np.trace(covariance_within(features, codes)) / 5
    np.testing.assert_allclose(matrix.T @ matrix * scale, np.eye(5), atol=1e-6)


def test_classes_of_one_item_and_constant_features_stay_finite():
    features = np.ones((4, 3), np.float32)
    mean, matrix = whitening_within(features, np.arange(4), 0.1, kept=3)
    assert np.isfinite(mean).all()
    assert np.isfinite(matrix).all()
