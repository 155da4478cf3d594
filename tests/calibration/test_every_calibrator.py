"""Every calibration keeps the same promises, whatever its shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import gemel.calibration as room
from gemel.calibration import Calibration, Method, fit_calibration, fit_isotonic, fit_logistic
from gemel.errors import DataError, RecipeError

METHODS: tuple[Method, ...] = ("logistic", "isotonic")
every_method = pytest.mark.parametrize("method", METHODS)


def two_gaussians(seed: int, genuine: int = 2_000, impostors: int = 3_000, apart: float = 1.0):
    """Genuine distances around 1, impostor distances `apart` farther, both of width 1/2."""
    rng = np.random.default_rng(seed)
    distance = np.concatenate(
        [rng.normal(1.0, 0.5, genuine), rng.normal(1.0 + apart, 0.5, impostors)]
    ).astype(np.float32)
    return distance, np.arange(genuine + impostors) < genuine


def saved_and_loaded(calibration: Calibration) -> Calibration:
    adapter = TypeAdapter(Calibration)
    return adapter.validate_json(adapter.dump_json(calibration))


def test_every_fit_of_the_room_is_under_contract():
    fits = {name for name in room.__all__ if name.startswith("fit_")} - {
        "fit_calibration",
        "fit_score_curve",
    }
    assert fits == {f"fit_{method}" for method in METHODS}


@every_method
def test_nearer_is_strictly_more_probable(method):
    calibration = fit_calibration(*two_gaussians(0), method)
    distance = np.linspace(-3, 6, 5_000)
    assert (np.diff(calibration.log_likelihood_ratio(distance)) < 0).all()
    inside = calibration.probability(np.linspace(0, 3, 5_000))
    assert (np.diff(inside) < 0).all()


@every_method
@pytest.mark.parametrize("prior", [1e-9, 0.5, 1 - 1e-9])
def test_nothing_is_ever_certain(method, prior):
    calibration = fit_calibration(*two_gaussians(0), method)
    distance = np.float32([-np.inf, -1e30, -10, 0, 10, 1e30, np.inf])
    probability = calibration.probability(distance, prior)
    assert ((probability > 0) & (probability < 1)).all()


@every_method
def test_saving_loses_no_bit(method):
    calibration = fit_calibration(*two_gaussians(1), method)
    loaded = saved_and_loaded(calibration)
    assert loaded == calibration
    distance = np.linspace(-1, 4, 500).astype(np.float32)
    assert (loaded.probability(distance) == calibration.probability(distance)).all()


@every_method
def test_the_order_of_the_pairs_does_not_matter(method):
    distance, same = two_gaussians(2)
    shuffled = np.random.default_rng(0).permutation(len(same))
    again = fit_calibration(distance[shuffled], same[shuffled], method)
    assert again == fit_calibration(distance, same, method)


@every_method
def test_the_prior_moves_the_probability_as_bayes_says(method):
    calibration = fit_calibration(*two_gaussians(3), method)
    distance = np.linspace(0, 3, 50)
    even, rare = calibration.probability(distance), calibration.probability(distance, prior=0.02)
    # Bayes: odds after = odds at even prior · 0.02/0.98.
    np.testing.assert_allclose(rare / (1 - rare), even / (1 - even) * 0.02 / 0.98, rtol=1e-9)


@every_method
def test_how_many_pairs_of_each_kind_does_not_move_the_ratio(method):
    few = fit_calibration(*two_gaussians(4, genuine=20_000, impostors=20_000), method)
    many = fit_calibration(*two_gaussians(5, genuine=5_000, impostors=40_000), method)
    distance = np.linspace(0.75, 2.25, 20)
    gap = few.log_likelihood_ratio(distance) - many.log_likelihood_ratio(distance)
    assert np.abs(gap).mean() < 0.2


@every_method
def test_the_true_log_odds_are_recovered(method):
    calibration = fit_calibration(*two_gaussians(6, 40_000, 40_000), method)
    distance = np.linspace(0.5, 2.5, 21)
    # log N(d; 1, ½) - log N(d; 2, ½) = ((d-2)² - (d-1)²) / (2·¼) = 2·(3 - 2d)
    truth = 2 * (3 - 2 * distance)
    assert np.abs(calibration.log_likelihood_ratio(distance) - truth).max() < 0.35


@every_method
def test_fresh_pairs_match_as_often_as_promised(method):
    calibration = fit_calibration(*two_gaussians(7), method)
    distance, same = two_gaussians(8, 20_000, 20_000)
    promised = calibration.probability(distance)
    for low in np.arange(0, 1, 0.2):
        inside = (promised >= low) & (promised < low + 0.2)
        assert same[inside].mean() == pytest.approx(promised[inside].mean(), abs=0.04)


@every_method
def test_pairs_that_do_not_overlap_stay_finite(method):
    distance = np.concatenate([np.linspace(0, 1, 200), np.linspace(5, 6, 300)])
    calibration = fit_calibration(distance, np.arange(500) < 200, method)
    ratio = calibration.log_likelihood_ratio(np.array([0.5, 5.5]))
    assert 3 < ratio[0] < 20
    assert -20 < ratio[1] < -3


@every_method
def test_data_that_say_otherwise_are_noticed_and_stay_monotone(method):
    distance, same = two_gaussians(9)
    calibration = fit_calibration(distance, ~same, method)
    assert not calibration.informative
    ratio = calibration.log_likelihood_ratio(np.linspace(0, 3, 100))
    assert (np.diff(ratio) < 0).all()
    assert np.abs(ratio).max() < 0.01
    assert fit_calibration(distance, same, method).informative


@every_method
@pytest.mark.parametrize("everywhere", [0.7, -(2.0**68)])
def test_equal_distances_everywhere_are_no_information(method, everywhere):
    calibration = fit_calibration(np.full(300, everywhere), np.arange(300) < 100, method)
    assert not calibration.informative
    assert calibration.probability(np.float32([everywhere])) == pytest.approx(0.5, abs=1e-3)


@every_method
@settings(max_examples=60, deadline=None)
@example(near=[0.0], far=[1.6200945250197527e-35])
@given(
    near=st.lists(st.floats(0, 1e4, width=32), min_size=1, max_size=40),
    far=st.lists(st.floats(0, 1e4, width=32), min_size=1, max_size=40),
)
def test_any_pairs_give_a_falling_calibration(method, near, far):
    distance = np.float32(near + far)
    calibration = fit_calibration(distance, np.arange(len(distance)) < len(near), method)
    low, high = float(distance.min()), float(distance.max())
    # Distances may lie within 1e-35: a unit away, what tells two apart is beyond any precision.
    around = (high - low) or 1.0
    ratio = calibration.log_likelihood_ratio(np.linspace(low - around, high + around, 20))
    assert (np.diff(ratio) < 0).all()
    far_away = calibration.log_likelihood_ratio(np.linspace(low - 1, high + 1, 20))
    assert np.isfinite(far_away).all()
    assert (np.diff(far_away) <= 0).all()
    assert saved_and_loaded(calibration) == calibration


@pytest.mark.parametrize("fit", [fit_logistic, fit_isotonic])
def test_pairs_that_cannot_be_calibrated_are_refused(fit):
    with pytest.raises(DataError, match="0 of the same and 3 of different"):
        fit(np.float32([1, 2, 3]), np.zeros(3, bool))
    with pytest.raises(DataError, match="2 of the same and 0 of different"):
        fit(np.float32([1, 2]), np.ones(2, bool))
    with pytest.raises(DataError, match="got 1 of 2 that are not"):
        fit(np.float32([1, np.nan]), np.array([True, False]))
    with pytest.raises(DataError, match=r"\(3,\) and \(2,\)"):
        fit(np.float32([1, 2, 3]), np.array([True, False]))


@every_method
@pytest.mark.parametrize("prior", [0.0, 1.0, -1.0, float("nan")])
def test_an_impossible_prior_is_refused(method, prior):
    calibration = fit_calibration(*two_gaussians(0), method)
    with pytest.raises(RecipeError, match="prior must be above 0 and below 1"):
        calibration.probability(np.float32([1.0]), prior)


@pytest.mark.parametrize(
    ("genuine", "impostors", "kind"),
    [(1_000, 1_000, "isotonic"), (999, 5_000, "logistic"), (5_000, 999, "logistic")],
)
def test_auto_asks_a_thousand_pairs_of_each_kind_for_the_curve(genuine, impostors, kind):
    assert fit_calibration(*two_gaussians(0, genuine, impostors)).kind == kind
