"""The mean over seeds and its interval, worked by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemel.evaluation.figure import Figure
from gemel.reproduction.combine import mean_over_seeds


def figure(value, below, above, n=100):
    return Figure(value=value, low=value - below, high=value + above, n=n)


def test_three_seeds_by_hand():
    runs = [figure(0.90, 0.04, 0.02), figure(0.92, 0.03, 0.03), figure(0.88, 0.05, 0.01)]
    mean = mean_over_seeds("accuracy", runs)
    # Mean 0.90. Spread: √((0² + 0.02² + 0.02²)/2) = 0.02. t(0.975, 2) = 4.3027.
    between = 4.3027 * 0.02 / math.sqrt(3)
    # Reaches: (0.04 + 0.03 + 0.05)/3 = 0.04 below, (0.02 + 0.03 + 0.01)/3 = 0.02 above.
    assert mean.value == pytest.approx(0.90)
    assert mean.low == pytest.approx(0.90 - math.sqrt(0.04**2 + between**2), abs=1e-5)
    assert mean.high == pytest.approx(0.90 + math.sqrt(0.02**2 + between**2), abs=1e-5)
    assert mean.n == 100


def test_one_seed_is_its_own_run():
    alone = figure(0.9, 0.04, 0.02)
    mean = mean_over_seeds("accuracy", [alone])
    assert (mean.low, mean.value, mean.high) == pytest.approx((alone.low, alone.value, alone.high))


def test_the_trials_of_seeds_that_differ_are_their_mean():
    runs = [figure(0.9, 0.04, 0.02, n) for n in (100, 130, 101)]
    assert mean_over_seeds("accuracy", runs).n == 110  # of 110.3


def test_seeds_that_agree_leave_what_the_test_does_not_know():
    """Ten runs that all say 0.9 of the same people are not ten times as many people."""
    mean = mean_over_seeds("accuracy", [figure(0.9, 0.04, 0.02)] * 10)
    assert (mean.low, mean.high) == pytest.approx((0.86, 0.92))


def test_a_figure_stays_where_its_kind_can_be():
    two = [figure(0.99, 0.01, 0.01), figure(0.95, 0.01, 0.01)]
    assert mean_over_seeds("accuracy", two).high == 1
    low = [figure(0.01, 0.01, 0.01), figure(0.05, 0.01, 0.01)]
    assert mean_over_seeds("eer", low).low == 0
    for correlation in ("pearson", "spearman"):
        assert -1 <= mean_over_seeds(correlation, low).low < 0
        assert mean_over_seeds(correlation, [figure(-0.9, 0.3, 0.3)]).low == -1
    for error in ("log_loss", "mse"):
        assert mean_over_seeds(error, two).high > 1
        assert mean_over_seeds(error, low).low == 0
    on_a_scale = [figure(1.4, 0.1, 0.2)] * 2  # of scores from 1 to 5
    assert mean_over_seeds("mse", on_a_scale).high == pytest.approx(1.6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(0, 0.2))
def test_the_mean_is_always_inside(values, reach):
    runs = [Figure(value=v, low=max(0, v - reach), high=min(1, v + reach), n=9) for v in values]
    mean = mean_over_seeds("accuracy", runs)
    assert 0 <= mean.low <= mean.value <= mean.high <= 1
