from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from gemel.calibration import IsotonicCalibration, fit_isotonic


def test_two_blocks_by_hand():
    distance = np.concatenate([np.full(60, 1.0), np.full(100, 2.0)])
    same = np.concatenate([np.ones(50), np.zeros(10), np.ones(10), np.zeros(90)]).astype(bool)
    calibration = fit_isotonic(distance, same)
    # 60 genuine, 100 impostors. At 1: 50 and 10, log(50.5/61) - log(10.5/101) = 2.0749
    #                            At 2: 10 and 90, log(10.5/61) - log(90.5/101) = -1.6497
    assert calibration.distances == (1.0, 2.0)
    assert calibration.log_odds == pytest.approx((2.0749, -1.6497), abs=1e-4)


def test_matches_scikit_learn_where_smoothing_hardly_matters():
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.default_rng(0)
    distance = rng.uniform(0, 1, 40_000).astype(np.float32)
    same = rng.uniform(size=40_000) > distance
    theirs = IsotonicRegression(increasing=False).fit(distance, same).predict(distance)
    ours = fit_isotonic(distance, same).probability(distance, prior=same.mean())
    assert np.abs(ours - theirs).mean() < 0.01


def test_follows_a_curve_that_no_line_can():
    rng = np.random.default_rng(1)
    distance = rng.uniform(0, 1, 60_000)
    truth = np.where(distance < 0.5, 0.9, 0.2)
    calibration = fit_isotonic(distance, rng.uniform(size=60_000) < truth)
    prior = truth.mean()
    assert calibration.probability(np.array([0.2]), prior) == pytest.approx(0.9, abs=0.03)
    assert calibration.probability(np.array([0.8]), prior) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("many", [1_000, 8_000])
def test_a_thousand_of_the_rarer_kind_make_twenty_bins(many):
    def shares(count):
        return (np.arange(count) + 0.5) / count

    # Densities 1/(2√d) and 1/(2√(1-d)): what falls from bin to bin is not pooled. 2·∛1000 = 20.
    distance = np.concatenate([shares(1_000) ** 2, 1 - (1 - shares(many)) ** 2])
    assert len(fit_isotonic(distance, np.arange(1_000 + many) < 1_000).distances) == 20


@pytest.mark.parametrize(
    ("distances", "log_odds"),
    [((0.0,), (1.0,)), ((0.0, 0.0), (1.0, 0.0)), ((0.0, 1.0), (1.0, 1.0)), ((0.0, 1.0), (1.0,))],
)
def test_points_that_do_not_fall_cannot_be_loaded(distances, log_odds):
    with pytest.raises(ValidationError, match="ascending distance and falling log-odds"):
        IsotonicCalibration(distances=distances, log_odds=log_odds)
