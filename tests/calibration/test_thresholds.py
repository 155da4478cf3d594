from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.calibration import (
    CostTarget,
    EerTarget,
    FarTarget,
    Threshold,
    choose_threshold,
    parse_target,
)
from gemel.errors import DataError, RecipeError


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("eer", EerTarget()),
        ("far=0.01", FarTarget(0.01)),
        (" far=1e-3 ", FarTarget(0.001)),
        ("cost=10:1", CostTarget(10, 1)),
        ("cost=1:2.5", CostTarget(1, 2.5)),
        ("far=0.0123456789", FarTarget(0.0123456789)),
    ],
)
def test_targets_are_read_from_text_and_say_it_again(text, target):
    assert parse_target(text) == target
    assert parse_target(target.text) == target


@pytest.mark.parametrize(
    "text", ["", "far", "far=", "far=x", "frr=0.1", "cost=1", "cost=1:2:3", "eer=1", "cost=a:b"]
)
def test_an_unknown_target_says_what_exists(text):
    with pytest.raises(RecipeError, match=r"`eer`, `far=0\.01` .* or `cost=10:1`"):
        parse_target(text)


@pytest.mark.parametrize("text", ["far=0", "far=1", "far=-1", "far=nan", "far=1e-308"])
def test_a_rate_outside_0_and_1_is_refused(text):
    with pytest.raises(RecipeError, match="a false-accept rate must be at least 1e-12 and below 1"):
        parse_target(text)


@pytest.mark.parametrize("text", ["cost=0:1", "cost=1:-1", "cost=inf:1", "cost=nan:1"])
def test_a_cost_that_is_no_cost_is_refused(text):
    with pytest.raises(RecipeError, match="costs must be finite and above 0"):
        parse_target(text)


def test_an_impossible_prior_is_refused():
    with pytest.raises(RecipeError, match="prior must be above 0 and below 1"):
        parse_target("cost=1:1", prior=1.0)


@given(st.text())
def test_rubbish_is_refused_with_a_sentence(text):
    with pytest.raises(RecipeError, match="a threshold target must be one of"):
        parse_target("?" + text)


DISTANCE = np.float32([1, 2, 4, 3, 5, 6])
SAME = np.array([True, True, True, False, False, False])


def test_equal_error_by_hand():
    # Accept up to 2: FAR 0, FRR 1/3. Up to 3: FAR 1/3, FRR 1/3, the same: halfway to 4.
    threshold = choose_threshold(DISTANCE, SAME, EerTarget())
    assert (threshold.target, threshold.distance) == ("eer", 3.5)
    assert (threshold.genuine, threshold.impostors) == (3, 3)
    assert (threshold.far, threshold.frr) == pytest.approx((1 / 3, 1 / 3))


def test_of_equal_gaps_the_one_with_fewer_errors_is_taken():
    # Up to 1: FAR 1/2, FRR 1. Up to 2: FAR 1/2, FRR 0.
    distance, same = np.float32([1, 3, 1, 3, 2]), np.arange(5) == 4
    threshold = choose_threshold(distance, same, EerTarget())
    assert (threshold.far, threshold.frr) == (0.5, 0)


def test_rounding_makes_no_gap_the_smaller_one():
    # Up to 1: FAR 0, FRR 1/3. Up to 3: FAR 2/3, FRR 1/3, and 1 - 2/3 is more than 1/3 in floats.
    distance, same = np.float32([1, 1, 5, 3, 3, 6]), np.arange(6) < 3
    threshold = choose_threshold(distance, same, EerTarget())
    assert (threshold.far, threshold.distance) == (0, 2)


def test_cost_by_hand():
    # Costly accepts: up to 2 costs FRR 1/3 alone. Costly rejects: up to 4 costs FAR 1/3 alone.
    assert choose_threshold(DISTANCE, SAME, CostTarget(10, 1)).distance == 2.5
    assert choose_threshold(DISTANCE, SAME, CostTarget(1, 10)).distance == 4.5
    # A rare match makes rejecting cheap: 0.01 · 10 · FRR against 0.99 · FAR.
    assert choose_threshold(DISTANCE, SAME, CostTarget(1, 10, prior=0.01)).distance == 2.5


def test_equal_costs_are_weighed_by_how_common_either_kind_is():
    distance, same = np.float32([0, 1, 2]), np.array([True, False, True])
    # Up to 0 costs half of the matches, up to 2 all of the others: 0.45 and 0.1, 0.05 and 0.9.
    assert choose_threshold(distance, same, CostTarget(1, 1, prior=0.9)).distance == 2.5
    assert choose_threshold(distance, same, CostTarget(1, 1, prior=0.1)).distance == 0.5


@pytest.mark.parametrize("everywhere", [0.7, -1e20, 1e20])
def test_one_distance_everywhere_is_accepted_as_the_rates_say(everywhere):
    distance, same = np.full(9, everywhere, np.float32), np.arange(9) < 4
    for target, accepted in ((CostTarget(1, 9), True), (CostTarget(9, 1), False)):
        threshold = choose_threshold(distance, same, target)
        assert (threshold.far, threshold.frr) == (accepted, not accepted)
        assert ((distance <= np.float32(threshold.distance)) == accepted).all()


def test_all_or_none_are_accepted_where_that_is_cheapest():
    # Genuine pairs are the farthest: each accepted one costs all the impostors before it.
    upside_down = choose_threshold(DISTANCE, DISTANCE > 3.5, CostTarget(1, 0.01))
    assert (upside_down.far, upside_down.frr) == (0, 1)
    assert upside_down.distance < 1
    lenient = choose_threshold(DISTANCE, ~SAME, CostTarget(0.01, 1))
    assert (lenient.far, lenient.frr) == (1, 0)
    assert lenient.distance > 6


def test_separable_pairs_are_cut_in_the_middle_of_the_gap():
    distance = np.concatenate([np.linspace(0, 1, 50), np.linspace(3, 5, 3_000)])
    same = np.arange(3_050) < 50
    for target in (EerTarget(), CostTarget(10, 1)):
        assert choose_threshold(distance, same, target).distance == pytest.approx(2.0)


def test_far_takes_the_most_lenient_threshold_that_keeps_the_promise():
    distance = np.concatenate([np.full(10, 0.0), np.arange(1, 301)])
    threshold = choose_threshold(distance, np.arange(310) < 10, FarTarget(0.1))
    # 30 of 300 impostors may pass: up to 30, halfway to 31.
    assert threshold.distance == 30.5
    assert threshold.far == 0.1


@pytest.mark.parametrize(
    ("rate", "missing"),
    [
        (0.1, "far=0.1 needs 300 .* 103 at hand: 197 are"),
        (0.01, "far=0.01 needs 3,000 .*: 2,897 are"),
    ],
)
def test_a_far_that_the_pairs_cannot_support_is_refused(rate, missing):
    with pytest.raises(DataError, match=missing):
        choose_threshold(np.arange(110.0), np.arange(110) < 7, FarTarget(rate))


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    digits=st.integers(0, 8),
    target=st.sampled_from([FarTarget(0.1), FarTarget(0.25), EerTarget(), CostTarget(3, 1)]),
)
def test_the_stated_rates_are_those_of_the_threshold(seed, digits, target):
    rng = np.random.default_rng(seed)
    distance = rng.normal(1 + (np.arange(500) >= 100), 0.6).round(digits).astype(np.float32)
    same = np.arange(500) < 100
    threshold = choose_threshold(distance, same, target)
    for precision in (np.float32, np.float64):
        accepted = distance.astype(precision) <= precision(threshold.distance)
        assert accepted[~same].mean() == pytest.approx(threshold.far)
        assert 1 - accepted[same].mean() == pytest.approx(threshold.frr)
    if isinstance(target, FarTarget):
        assert threshold.far <= target.rate


@pytest.mark.parametrize("low", [np.float32(1), np.nextafter(np.float32(1), np.float32(2))])
def test_neighbouring_floats_are_still_told_apart(low):
    """Halfway between two is rounded to the even one: the lower, and the upper."""
    high = np.nextafter(low, np.float32(2))
    threshold = choose_threshold(np.array([low, high]), np.array([True, False]), EerTarget())
    assert threshold.distance == low


def test_saving_loses_no_bit():
    threshold = choose_threshold(
        np.float32([0.1, 0.2, 0.7]), np.array([1, 0, 0], bool), EerTarget()
    )
    assert Threshold.model_validate_json(threshold.model_dump_json()) == threshold
