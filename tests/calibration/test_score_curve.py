"""Distances into scores: a known curve is found again, and noise does not make it rise."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.calibration import ScoreCurve, fit_score_curve
from gemel.errors import DataError


def test_a_known_curve_is_recovered():
    rng = np.random.default_rng(0)
    distance = rng.exponential(1.0, 4_000).astype(np.float32)
    scores = 1 + 4 * np.exp(-distance.astype(float)) + rng.normal(0, 0.2, 4_000)
    curve = fit_score_curve(distance, np.clip(scores, 1, 5), (1.0, 5.0))
    at = np.linspace(0.1, 2.0, 30).astype(np.float32)
    np.testing.assert_allclose(curve.score(at), 1 + 4 * np.exp(-at), atol=0.1)


def test_scores_never_rise_with_the_distance_and_stay_on_the_scale():
    rng = np.random.default_rng(1)
    distance, scores = rng.random(200).astype(np.float32), rng.random(200) * 5
    curve = fit_score_curve(distance, scores, (0.0, 5.0))
    told = curve.score(np.linspace(-1, 3, 500).astype(np.float32))
    assert (np.diff(told) <= 1e-12).all()
    assert told.min() >= 0
    assert told.max() <= 5


def test_the_order_of_pairs_does_not_matter_and_it_is_saved_whole():
    rng = np.random.default_rng(2)
    distance, scores = rng.random(100).astype(np.float32), rng.random(100)
    curve = fit_score_curve(distance, scores, (0.0, 1.0))
    assert fit_score_curve(distance[::-1], scores[::-1], (0.0, 1.0)) == curve
    assert ScoreCurve.model_validate_json(curve.model_dump_json()) == curve


def test_bins_whose_mean_distances_round_to_one_are_one_point():
    distance = np.float32([1, 1, 1, 1, 1, 1, 3, 3])
    distance[0] = np.nextafter(distance[0], np.float32(0))
    # Four bins of two; the first three lie at 1, with scores of 3, 0 and 0.
    curve = fit_score_curve(distance, np.array([6.0, 0, 0, 0, 0, 0, -3, -3]), (-3.0, 6.0))
    assert (curve.distances, curve.scores) == ((1, 3), (1, -3))


def test_what_cannot_be_a_curve_is_refused():
    with pytest.raises(DataError, match="all validation pairs are equal"):
        fit_score_curve(np.zeros(5, np.float32), np.arange(5.0), (0.0, 5.0))
    with pytest.raises(ValueError, match="ascending distance and falling score"):
        ScoreCurve(distances=(0.0, 1.0), scores=(1.0, 2.0), low=0, high=5)
