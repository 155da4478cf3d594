from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemel.functional.pchip import monotone_curve

steps = st.lists(st.floats(0.01, 100), min_size=4, max_size=12)


def test_matches_scipy_away_from_the_ends():
    interpolate = pytest.importorskip("scipy.interpolate")
    rng = np.random.default_rng(0)
    knots, heights = np.cumsum(rng.uniform(0.1, 2, 10)), -np.cumsum(rng.uniform(0.1, 2, 10))
    at = np.linspace(knots[1], knots[-2], 200)
    theirs = interpolate.PchipInterpolator(knots, heights)(at)
    np.testing.assert_allclose(monotone_curve(knots, heights, at), theirs, atol=1e-12)


@given(widths=steps, falls=steps)
def test_falls_strictly_and_meets_its_points(widths, falls):
    points = min(len(widths), len(falls))
    knots, heights = np.cumsum(widths[:points]), -np.cumsum(falls[:points])
    np.testing.assert_allclose(monotone_curve(knots, heights, knots), heights)
    at = np.linspace(knots[0] - 1, knots[-1] + 1, 300)
    assert (np.diff(monotone_curve(knots, heights, at)) < 0).all()


def test_goes_on_straight_beyond_the_ends():
    knots, heights = np.array([0.0, 1.0, 3.0]), np.array([5.0, 3.0, 2.0])
    # The first chord falls 2 per unit, the last 1/2.
    at = np.array([-10.0, 13.0])
    assert monotone_curve(knots, heights, at) == pytest.approx([25.0, -3.0])
