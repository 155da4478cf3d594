from __future__ import annotations

import numpy as np
import pytest

from gemel.calibration import EerTarget, choose_threshold, fit_calibration
from gemel.errors import DataError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.figure import Figure, Missing
from gemel.evaluation.pairs import PairLimits, PairSample, given_pairs, sample_pairs
from gemel.evaluation.resampling import Bootstrap
from gemel.evaluation.verification import OperatingPoint, verification

LABELS = np.repeat(np.arange(30), 8)


def half(distance):
    return np.full(len(distance), 0.5)


PAIRS = sample_pairs(LABELS, seed=0, limits=PairLimits(500, 1_500))


def figures_at(distance, pairs, point, resamples=50):
    return figures_of([verification(distance, pairs, point)], Bootstrap(resamples))


def measured(comparer, point, pairs=PAIRS):
    return figures_at(comparer.pairs(pairs.left, pairs.right), pairs, point)


def values(figures):
    return {name: figure.value for name, figure in figures.items()}


def test_six_pairs_by_hand():
    distance = np.float32([1, 2, 4, 3, 5, 6])
    place = np.arange(6)
    same = place < 3
    pairs = PairSample(place, place + 6, same, np.where(same, 0, 1), np.where(same, 0, 2))
    point = OperatingPoint(3.5, lambda d: 1 / (1 + d), prior=0.2, fixed_threshold=0.5)
    figures = values(figures_at(distance, pairs, point))
    # Up to 3.5: 2 of 3 genuine, 1 of 3 impostors. Accuracy 0.2·2/3 + 0.8·2/3 = 2/3.
    assert figures["auc"] == pytest.approx(8 / 9)
    assert figures["eer"] == pytest.approx(1 / 3)
    assert (figures["far"], figures["frr"]) == pytest.approx((1 / 3, 1 / 3))
    assert figures["accuracy"] == pytest.approx(2 / 3)
    # Of a hundred pairs 20·2/3 are accepted rightly, 80·1/3 wrongly, and 20·1/3 are missed.
    assert figures["f1"] == pytest.approx(2 * 40 / (2 * 40 + 80 + 20))
    # Up to 0.5 nothing is accepted: right for the 0.8 that do not match.
    assert figures["accuracy@distance=0.5"] == pytest.approx(0.8)
    # p = 1/2, 1/3, 1/5 for genuine, 1/4, 1/6, 1/7 for impostor pairs.
    genuine, impostor = 1 / 4 + 4 / 9 + 16 / 25, 1 / 16 + 1 / 36 + 1 / 49
    assert figures["brier"] == pytest.approx(0.2 * genuine / 3 + 0.8 * impostor / 3)
    genuine = np.log([2, 3, 5]).mean()
    impostor = np.log([4 / 3, 6 / 5, 7 / 6]).mean()
    assert figures["log_loss"] == pytest.approx(0.2 * genuine + 0.8 * impostor)


def test_an_oracle_is_always_right_and_not_certain_of_it(oracle):
    point = OperatingPoint(0.5, lambda d: np.where(d < 0.5, 0.999, 0.001))
    figures = measured(oracle(LABELS), point)
    for name in ("auc", "accuracy", "tar@far=0.1"):
        figure = figures[name]
        assert figure.value == 1
        assert 0.9 < figure.low < 1
    assert values(figures)["eer"] == values(figures)["far"] == values(figures)["frr"] == 0
    assert values(figures)["brier"] == pytest.approx(1e-6)


def test_a_constant_comparer_is_at_chance_not_at_100_percent(constant):
    figures = values(measured(constant, OperatingPoint(0.5, half)))
    assert (figures["auc"], figures["eer"], figures["accuracy"]) == (0.5, 0.5, 0.5)
    assert figures["f1"] == pytest.approx(2 / 3)  # all are called the same: precision 1/2, recall 1
    assert figures["tar@far=0.1"] == 0
    assert (figures["far"], figures["frr"]) == (1, 0)


def test_a_random_comparer_is_at_chance_within_its_interval(chance):
    figures = measured(chance, OperatingPoint(0.5, half))
    for name in ("auc", "accuracy", "eer"):
        figure = figures[name]
        assert figure.low < 0.5 < figure.high
        assert figure.high - figure.low < 0.15


def test_a_calibrated_matcher_keeps_its_promise_on_new_labels(noisy):
    labels = np.repeat(np.arange(400), 4)
    comparer = noisy(labels, spread=0.7)
    known = sample_pairs(labels[:800], seed=0)
    distance = comparer.pairs(known.left, known.right)
    calibration = fit_calibration(distance, known.same)
    threshold = choose_threshold(distance, known.same, EerTarget())
    new = sample_pairs(labels[800:], seed=0)
    fresh = PairSample(new.left + 800, new.right + 800, new.same, new.left_unit, new.right_unit)
    point = OperatingPoint(threshold.distance, calibration.probability)
    figures = measured(comparer, point, fresh)
    assert figures["calibration_error"].value < 0.04
    assert figures["far"].low <= threshold.far <= figures["far"].high
    assert figures["frr"].low <= threshold.frr <= figures["frr"].high
    # Better than saying nothing: a half for all has Brier 1/4 and log-loss log 2.
    assert figures["brier"].high < 0.25
    assert figures["log_loss"].high < np.log(2)


def test_matches_scikit_learn(noisy):
    from sklearn.metrics import brier_score_loss, roc_auc_score

    distance = noisy(LABELS).pairs(PAIRS.left, PAIRS.right)
    probability = np.exp(-distance.astype(float))
    figures = values(figures_at(distance, PAIRS, OperatingPoint(1.0, lambda _: probability)))
    evenly = np.where(PAIRS.same, 1 / 500, 1 / 1_500)
    assert figures["auc"] == pytest.approx(roc_auc_score(PAIRS.same, -distance))
    brier = brier_score_loss(PAIRS.same, probability, sample_weight=evenly)
    assert figures["brier"] == pytest.approx(brier)


@pytest.mark.parametrize("prior", [0.5, 0.25])
def test_f1_is_that_of_scikit_learn_with_the_prior_as_weights(noisy, prior):
    from sklearn.metrics import f1_score

    distance = noisy(LABELS).pairs(PAIRS.left, PAIRS.right)
    threshold = float(np.median(distance))
    figure = figures_at(distance, PAIRS, OperatingPoint(threshold, half, prior=prior))["f1"]
    weights = np.where(PAIRS.same, prior / 500, (1 - prior) / 1_500)
    accepted = distance <= threshold
    assert figure.value == pytest.approx(f1_score(PAIRS.same, accepted, sample_weight=weights))
    assert figure.low < figure.value < figure.high
    if prior == 0.25:  # the pairs' own, so that no weights are needed
        assert figure.value == pytest.approx(f1_score(PAIRS.same, accepted))


def test_rates_that_the_pairs_cannot_support_say_what_is_missing(noisy):
    figures = measured(noisy(LABELS), OperatingPoint(1.0, half))
    assert isinstance(figures["tar@far=0.1"], Figure)
    assert figures["tar@far=0.01"] == Missing(
        missing="needs 3,000 different pairs, 1,500 at hand: 1,500 are missing"
    )
    assert figures["tar@far=0.001"] == Missing(
        missing="needs 30,000 different pairs, 1,500 at hand: 28,500 are missing"
    )


def test_each_figure_says_what_it_rests_on(noisy):
    figures = measured(noisy(LABELS), OperatingPoint(1.0, half, fixed_threshold=0.5))
    n = {name: each.n for name, each in figures.items() if isinstance(each, Figure)}
    assert n == {
        "auc": 2_000,
        "eer": 2_000,
        "accuracy": 2_000,
        "f1": 2_000,
        "far": 1_500,
        "frr": 500,
        "tar@far=0.1": 500,
        "far@tar=0.95": 1_500,
        "brier": 2_000,
        "log_loss": 2_000,
        "calibration_error": 2_000,
        "accuracy@distance=0.5": 2_000,
    }


def test_two_labels_are_measured_with_humble_intervals(oracle):
    labels = np.repeat([0, 1], 20)
    point = OperatingPoint(0.5, lambda d: np.where(d < 0.5, 0.9, 0.1))
    figures = measured(oracle(labels), point, sample_pairs(labels, seed=0))
    assert figures["auc"].low < 0.7
    assert figures["log_loss"].high > 1


def test_ten_labels_that_all_err_say_more_than_wilsons_four_trials_of_each():
    labels = np.repeat(np.arange(10), 12)
    pairs = sample_pairs(labels, seed=0, limits=PairLimits(600, 4_000))
    wrong = np.random.default_rng(0).random(len(pairs)) < 0.03
    distance = np.where(pairs.same ^ wrong, 0.2, 0.9)
    accuracy = figures_at(distance, pairs, OperatingPoint(0.5, half), 500)["accuracy"]
    assert accuracy.high - accuracy.low < 0.03


def test_given_pairs_that_share_no_item_get_the_textbook_interval():
    same, right = np.arange(800) < 400, np.arange(800) % 5 > 0
    pairs = given_pairs(np.arange(800), np.arange(800, 1_600), same)
    distance = np.where(same == right, 0.2, 0.9)
    figures = figures_at(distance, pairs, OperatingPoint(0.5, half), 1_000)
    # 1.96 √(0.2·0.8/400) = 0.0392 for 400 pairs, and less by √2 for twice as many.
    for name, reach in (("far", 0.0392), ("frr", 0.0392), ("accuracy", 0.0277)):
        figure = figures[name]
        assert figure.value == pytest.approx(0.8 if name == "accuracy" else 0.2)
        assert figure.high - figure.low == pytest.approx(2 * reach, rel=0.1)


def test_three_labels_nearly_told_apart_leave_room_for_others():
    """Of three labels one pair is wrong: what four others would do is not known to that digit."""
    labels = np.repeat(np.arange(3), 10)
    pairs = sample_pairs(labels, seed=0)
    distance = np.where(pairs.same, 0.2, 0.9)
    distance[np.flatnonzero(~pairs.same)[0]] = 0.1
    figures = figures_at(distance, pairs, OperatingPoint(0.5, half), 500)
    for name in ("auc", "accuracy", "f1"):
        assert figures[name].value > 0.99
        assert figures[name].low < 0.8
        assert figures[name].high > figures[name].value
    assert figures["eer"].high > 0.2


def test_distances_that_are_no_numbers_are_refused():
    distance = np.full(len(PAIRS), np.nan, np.float32)
    with pytest.raises(DataError, match="diverged"):
        verification(distance, PAIRS, OperatingPoint(0.5, half))
