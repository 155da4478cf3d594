"""What a threshold is said to cost, held against what it costs with labels never seen."""

from __future__ import annotations

import re
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from gemel.calibration import EerTarget, Threshold, choose_threshold
from gemel.evaluation.pairs import PairLimits, PairSample, sample_pairs
from gemel.measure.calibrate import calibrate, check_target
from gemel.measure.threshold_intervals import error_rates, far_chosen_anew, with_intervals
from gemel.recipe.calibration import CalibrationSetting

LABEL, NOISE = 0.25, 0.15
"""Deviations of a distance: by each of the two labels, and by itself."""
IMPOSTORS = NormalDist(1.5, (2 * LABEL**2 + NOISE**2) ** 0.5)
GENUINE = NormalDist(0.7, (LABEL**2 + NOISE**2) ** 0.5)


def drawn(labels, seed, items=12):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(labels), items)
    pairs = sample_pairs(codes, seed, PairLimits(2_000, 4_000))
    own, other = rng.normal(0, LABEL, (2, labels))
    apart = other[pairs.left_unit] + other[pairs.right_unit]
    distance = np.where(pairs.same, 0.7 + own[pairs.left_unit], 1.5 + apart)
    return pairs, (distance + rng.normal(0, NOISE, len(pairs))).astype(np.float32)


@pytest.mark.parametrize(
    ("labels", "target"),
    [(3, "eer"), (3, "far=0.1"), (12, "eer"), (12, "far=0.1"), (12, "far=0.01"), (30, "far=0.01")],
)
def test_the_intervals_hold_what_other_labels_will_see(target, labels):
    """Pairs taken for independent trials hold it in one case of ten."""
    far, frr = [], []
    for seed in range(50):
        pairs, distance = drawn(labels, seed)
        threshold = calibrate(distance, pairs, CalibrationSetting(target=target)).thresholds[0]
        low, high = threshold.far_interval
        far.append(low <= IMPOSTORS.cdf(threshold.distance) <= high)
        low, high = threshold.frr_interval
        frr.append(low <= 1 - GENUINE.cdf(threshold.distance) <= high)
        assert threshold.far_interval[0] <= threshold.far <= threshold.far_interval[1]
    assert np.mean(far) >= 0.8  # 0.86 to 0.99 in longer runs
    assert np.mean(frr) >= 0.88


def test_error_rates_are_those_of_comparing_every_distance_with_every_threshold():
    rng = np.random.default_rng(0)
    distance = rng.integers(0, 9, 400).astype(np.float32)
    same, weights = rng.random(400) < 0.5, rng.integers(0, 4, 400).astype(float)
    limits = [5.0, 2.0, 8.0, 2.0, -1.0, 4.5]  # in no order, one of them twice
    thresholds = [
        Threshold(target="eer", distance=each, far=0, frr=0, genuine=1, impostors=1)
        for each in limits
    ]

    rates = error_rates(thresholds, distance, {"far": ~same, "frr": same})(weights)

    for n, limit in enumerate(limits):
        accepted = distance <= limit
        assert rates[f"far {n}"] == np.average(accepted[~same], weights=weights[~same])
        assert rates[f"frr {n}"] == np.average(~accepted[same], weights=weights[same])


def test_thousands_of_pairs_of_two_labels_promise_little():
    pairs, distance = drawn(2, 0, items=180)
    learned = calibrate(distance, pairs, CalibrationSetting())
    low = next(each for each in learned.thresholds if each.target == "far=0.01")
    assert low.labels == 2
    assert low.far <= 0.01
    assert low.far_interval[1] > 0.1


def test_a_rate_that_so_few_labels_cannot_tell_is_doubted():
    pairs, distance = drawn(2, 0, items=180)
    (doubt,) = calibrate(distance, pairs, CalibrationSetting(target="far=0.01")).notices
    assert "4,000 different pairs of only 2 labels: on other items it may accept" in doubt
    assert calibrate(distance, pairs, CalibrationSetting(target="eer")).notices == ()
    (unnamed,) = calibrate(
        distance, pairs, CalibrationSetting(target="far=0.01"), labelled=False
    ).notices
    assert "pairs of only few items: on other items" in unnamed
    many, apart = drawn(60, 0)
    assert calibrate(apart, many, CalibrationSetting(target="far=0.1")).notices == ()


def test_pairs_that_are_too_few_are_known_before_there_are_distances():
    from gemel.errors import DataError

    pairs, _ = drawn(2, 0, items=4)
    with pytest.raises(DataError, match="needs 3,000 different pairs"):
        check_target(pairs.same, CalibrationSetting(target="far=0.01"))


def test_skilled_forgeries_are_told_apart_from_others_items():
    """A fifth of the different pairs, and nearly all that pass."""
    pairs, distance = drawn(12, 0)
    assert calibrate(distance, pairs, CalibrationSetting()).thresholds[0].far_skilled is None
    skilled = ~pairs.same & (np.arange(len(pairs)) % 5 == 0)
    right_unit = np.where(skilled, pairs.left_unit, pairs.right_unit)
    forged = replace(pairs, skilled=skilled, right_unit=right_unit)
    nearer = np.where(skilled, distance - 0.5, distance).astype(np.float32)
    for threshold in calibrate(nearer, forged, CalibrationSetting()).thresholds:
        passed = nearer <= np.float32(threshold.distance)
        assert threshold.far_skilled == pytest.approx(passed[skilled].mean())
        assert threshold.far == pytest.approx(passed[~pairs.same].mean())
        assert threshold.far_skilled > 2 * threshold.far
        low, high = threshold.far_skilled_interval
        assert low < threshold.far_skilled < high


def test_a_threshold_that_is_chosen_anew_lets_pass_all_of_one_distance_or_none():
    """A third of the different pairs have one distance: no threshold lets a tenth of them pass."""
    pairs, distance = drawn(30, 0)
    tied = np.where(~pairs.same & (np.arange(len(pairs)) % 3 == 0), 0.2, distance + 1)
    far = calibrate(tied.astype(np.float32), pairs, CalibrationSetting(target="far=0.1"))
    assert far.thresholds[0].far == 0
    assert far.thresholds[0].far_interval[1] < 0.05


def test_what_a_threshold_that_is_chosen_anew_lets_pass_by_hand():
    """One genuine pair and ten impostors, at distances of 0 to 10; 3 in 10 of them may pass."""
    distance, ends = np.arange(11, dtype=np.float32), np.arange(11)
    pairs = PairSample(ends, ends, ends == 0, ends, ends)
    three = Threshold(target="far=0.3", distance=0, far=0, frr=0, genuine=1, impostors=10)
    shares = far_chosen_anew([three], distance, pairs)

    # Three of ten, also where their weights sum up to 0.30000000000000004.
    assert shares(np.full(11, 0.1)) == {"far 0 anew": 0.3}
    # The first one weighs 4 of 10: none may pass.
    assert shares(np.array([9.0, 4, 1, 1, 1, 1, 1, 1, 0, 0, 0])) == {"far 0 anew": 0}
    # Four weigh nothing, and one of the six others may pass: the first five of ten do.
    assert shares(np.array([9.0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])) == {"far 0 anew": 0.5}
    # No impostor was drawn, so that there is no share of them.
    assert np.isnan(shares(pairs.same.astype(float))["far 0 anew"])


def test_pairs_at_the_very_threshold_pass():
    pairs, _ = drawn(12, 0)
    farther = np.nextafter(np.float32(1), np.float32(2))
    distance = np.where(pairs.same, np.float32(1), farther)
    chosen = choose_threshold(distance, pairs.same, EerTarget())
    (known,) = with_intervals([chosen], distance, pairs)
    assert known.distance == 1
    for low, high in (known.far_interval, known.frr_interval):
        assert low == 0
        assert high < 0.2


def test_a_recipes_own_target_comes_first_and_is_not_told_again():
    pairs, distance = drawn(3, 0)
    learned = calibrate(distance, pairs, CalibrationSetting(target="far=0.1"))
    # The different pairs of three labels are too few for a rate of 0.01.
    assert [each.target for each in learned.thresholds] == ["far=0.1", "eer"]


def test_distances_that_are_all_equal_are_said_to_tell_nothing():
    pairs, _ = drawn(3, 0)
    learned = calibrate(np.ones(len(pairs), np.float32), pairs, CalibrationSetting())
    assert learned.notices[0].startswith("no verdicts yet: ")


@pytest.mark.parametrize("method", ["logistic", "isotonic"])
def test_verdicts_that_are_no_better_than_chance_are_told(method):
    """Each pair near or far by itself, as by a network that has hardly begun; then a real one."""
    setting = CalibrationSetting(method=method)
    pairs, distance = drawn(30, 0)
    assert calibrate(distance, pairs, setting).notices == ()
    noise = np.random.default_rng(0).normal(size=len(pairs)).astype(np.float32)
    (told,) = calibrate(noise, pairs, setting).notices
    assert "no better than by chance (area under the ROC curve 0.5" in told
    assert "do not rely on its verdicts: train longer" in told
    # Its interval lies above chance: so many pairs of so many labels know it, and it is no use.
    many, _ = drawn(300, 0)
    noise = np.random.default_rng(0).normal(size=len(many)).astype(np.float32)
    (told,) = calibrate(noise - np.float32(0.05) * many.same, many, setting).notices
    assert re.search(r"curve 0.52\d, 95 % interval 0.50\d to 0.54", told)


def test_labels_that_may_be_exchanged_are_told():
    pairs, distance = drawn(30, 0)
    (told,) = calibrate(-distance, pairs, CalibrationSetting()).notices
    assert told.endswith("check whether the labels are exchanged")


def test_few_labels_alone_make_no_verdict_chance():
    """Of two labels no interval excludes chance, however well they are told apart."""
    pairs, distance = drawn(2, 0)
    assert calibrate(distance, pairs, CalibrationSetting()).notices == ()
