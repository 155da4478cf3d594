from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from gemel.calibration import LogisticCalibration, fit_logistic


def test_two_pairs_land_on_platts_targets():
    calibration = fit_logistic(np.array([0.0, 1.0]), np.array([True, False]))
    # One pair of each kind: targets 2/3 and 1/3, met exactly by a line: log-odds ±log 2.
    assert calibration.offset == pytest.approx(np.log(2), abs=1e-6)
    assert calibration.slope == pytest.approx(-2 * np.log(2), abs=1e-6)


def test_a_kind_of_many_pairs_has_a_target_of_its_own():
    calibration = fit_logistic(np.array([0.0] + 6 * [1.0]), np.arange(7) < 1)
    # (1 + 1)/(1 + 2) of one genuine pair, 1/(6 + 2) of six impostors.
    assert calibration.probability(np.array([0.0, 1.0])) == pytest.approx([2 / 3, 1 / 8], abs=1e-6)


def test_matches_scikit_learn_where_smoothing_does_not_matter():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    distance = np.concatenate([rng.normal(0, 1, 20_000), rng.normal(1, 1, 60_000)])
    same = np.arange(80_000) < 20_000
    theirs = LogisticRegression(C=1e9, class_weight="balanced").fit(distance[:, None], same)
    ours = fit_logistic(distance, same)
    assert ours.slope == pytest.approx(theirs.coef_[0, 0], abs=2e-3)
    assert ours.offset == pytest.approx(theirs.intercept_[0], abs=2e-3)


@pytest.mark.parametrize(("scale", "shift"), [(1e-4, 0), (1e4, 0), (1, 1e4)])
def test_the_unit_of_the_distance_does_not_matter(scale, shift):
    rng = np.random.default_rng(1)
    distance = np.concatenate([rng.normal(0, 1, 500), rng.normal(2, 1, 500)])
    same = np.arange(1_000) < 500
    plain = fit_logistic(distance, same).probability(distance)
    moved = distance * scale + shift
    np.testing.assert_allclose(fit_logistic(moved, same).probability(moved), plain, atol=1e-6)


def test_no_distance_has_odds_that_so_many_pairs_cannot_support():
    distance = np.concatenate([np.linspace(0.0, 0.1, 20), np.linspace(0.9, 1.0, 50)])
    calibration = fit_logistic(distance, np.arange(70) < 20)
    ratio = calibration.log_likelihood_ratio(np.linspace(-20, 20, 2_001))
    assert (np.diff(ratio) < 0).all()
    assert np.log(21) < ratio[0] < np.log(21) + 1
    assert -np.log(51) - 1 < ratio[-1] < -np.log(51)
    probability = calibration.probability(np.array([1.0, 2.0, 20.0]))
    assert len(set(probability)) == 3


@pytest.mark.parametrize("slope", [0.0, 1.0, float("nan"), float("-inf")])
def test_a_slope_that_does_not_fall_cannot_be_made(slope):
    with pytest.raises(ValidationError):
        LogisticCalibration(slope=slope, offset=0.0)


@pytest.mark.filterwarnings("error")
def test_distances_with_heavy_tails_are_fitted_without_a_warning():
    rng = np.random.default_rng(0)
    distance = np.concatenate([rng.lognormal(0, 2, 5000), rng.lognormal(1, 2, 5000)])
    same = np.arange(10_000) < 5000
    fitted = fit_logistic(distance, same)
    assert fitted.slope < 0
    assert np.isfinite(fitted.offset)
