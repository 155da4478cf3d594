from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemel.functional.probability import (
    calibration_error,
    log_loss_terms,
    prior_weights,
    reliability,
    squared_error,
    weighted_mean,
)

PROBABILITY = np.array([0.9, 0.6, 0.3])
SAME = np.array([True, False, False])


@pytest.mark.filterwarnings("error")
def test_nothing_has_no_mean():
    assert weighted_mean(np.array([1.0, 3.0]), np.array([3.0, 1.0])) == 1.5
    assert np.isnan(weighted_mean(np.array([1.0, 3.0]), np.zeros(2)))


def brier(probability, same, weights):
    return weighted_mean(squared_error(probability, same), weights)


def log_loss(probability, same, weights):
    return weighted_mean(log_loss_terms(probability, same), weights)


def test_by_hand_where_matches_are_one_half():
    weights = prior_weights(SAME, 0.5)
    assert weights.tolist() == [0.5, 0.25, 0.25]
    # ½·0.1² + ¼·0.6² + ¼·0.3²
    assert brier(PROBABILITY, SAME, weights) == pytest.approx(0.005 + 0.09 + 0.0225)
    expected = -0.5 * np.log(0.9) - 0.25 * np.log(0.4) - 0.25 * np.log(0.7)
    assert log_loss(PROBABILITY, SAME, weights) == pytest.approx(expected)
    # Two bins, above and below ½: |½·(0.9-1) + ¼·0.6| + |¼·0.3|
    assert calibration_error(PROBABILITY, SAME, weights, bins=2) == pytest.approx(0.1 + 0.075)
    points = reliability(PROBABILITY, SAME, weights, bins=2)
    # Above ½: (½·0.9 + ¼·0.6)/¾ promised, ½/¾ matched.
    assert points.promised == pytest.approx([0.3, 0.8])
    assert points.matched == pytest.approx([0, 2 / 3])
    assert points.weight == pytest.approx([0.25, 0.75])


def test_matches_scikit_learn_under_weights():
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import brier_score_loss
    from sklearn.metrics import log_loss as their_log_loss

    rng = np.random.default_rng(0)
    probability = rng.uniform(0.001, 0.999, 500)
    same = rng.uniform(size=500) < probability**2
    weights = prior_weights(same, 0.1, rng.uniform(size=500))
    theirs = brier_score_loss(same, probability, sample_weight=weights)
    assert brier(probability, same, weights) == pytest.approx(theirs)
    theirs = their_log_loss(same, probability, sample_weight=weights)
    assert log_loss(probability, same, weights) == pytest.approx(theirs)
    matched, promised = calibration_curve(same, probability, n_bins=15)
    ours = reliability(probability, same, np.ones(500))
    np.testing.assert_allclose((ours.matched, ours.promised), (matched, promised))
    alone = reliability(np.array([0.7]), np.array([True]), np.ones(1), bins=2)
    np.testing.assert_array_equal(alone.promised, [np.nan, 0.7])
    equal = calibration_error(probability, same, np.ones(500))
    assert equal == pytest.approx(ours.weight @ np.abs(matched - promised))


def test_honest_probabilities_have_no_calibration_error():
    rng = np.random.default_rng(1)
    probability = rng.uniform(size=200_000)
    same = rng.uniform(size=200_000) < probability
    assert calibration_error(probability, same, np.ones(200_000)) < 0.005
    assert calibration_error(probability**2, same, np.ones(200_000)) > 0.1


@given(prior=st.floats(0.01, 0.99), genuine=st.integers(1, 20), impostors=st.integers(1, 20))
def test_the_prior_is_what_the_genuine_pairs_weigh(prior, genuine, impostors):
    same = np.arange(genuine + impostors) < genuine
    weights = prior_weights(same, prior)
    assert weights[same].sum() == pytest.approx(prior)
    assert weights.sum() == pytest.approx(1)


def test_certainty_falls_in_the_last_bin():
    assert calibration_error(np.ones(3), np.ones(3, bool), np.ones(3)) == 0


def test_weights_without_one_kind_are_no_numbers():
    weights = prior_weights(SAME, 0.5, np.array([0.0, 1.0, 1.0]))
    assert np.isnan(brier(PROBABILITY, SAME, weights))
