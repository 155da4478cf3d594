"""Figures over folds: the mean of the folds', with an interval by the identities of all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.figure import Missing
from gemel.evaluation.intervals import Basis, bootstrap_figures, wilson
from gemel.evaluation.pairs import PairLimits, sample_pairs
from gemel.evaluation.resampling import Bootstrap
from gemel.evaluation.units import Units
from gemel.evaluation.verification import OperatingPoint, verification

PEOPLE = np.repeat(np.arange(40), 6)


def scores(right, people):
    return Evidence.of_scores({"accuracy": np.asarray(right, float)}, np.asarray(people))


def fold_of(comparer, number, scale=1.0):
    """Fold `number` of five: eight people, compared on a scale of their own."""
    items = np.flatnonzero(np.arange(40)[PEOPLE] % 5 == number)
    pairs = sample_pairs(PEOPLE[items], seed=number, limits=PairLimits(200, 400))
    distance = comparer.pairs(items[pairs.left], items[pairs.right]) * scale
    point = OperatingPoint(2.0 * scale, lambda d: np.full(len(d), 0.5))
    return verification(distance, pairs, point)


def test_one_part_is_measured_as_ever():
    right, people = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 1.0]), np.array([0, 0, 1, 1, 2, 2])
    alone = bootstrap_figures(
        lambda weights: {"accuracy": float(weights @ right / weights.sum())},
        Units.of_pairs(people, people),
        Basis.all_trials(6, "accuracy"),
    )
    assert figures_of([scores(right, people)]) == alone


def test_the_mean_over_folds_by_hand():
    # 3 of 4 right, and 1 of 2: each fold counts alike, whatever its size.
    figure = figures_of([scores([1, 1, 1, 0], [0, 0, 1, 1]), scores([1, 0], [2, 3])])["accuracy"]
    assert figure.value == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert figure.n == 6
    assert figure.low < figure.value < figure.high


def test_more_people_in_more_folds_make_the_interval_narrower(noisy):
    folds = [fold_of(noisy(PEOPLE, spread=1.5), number) for number in range(5)]
    alone, all_of_them = (figures_of(parts)["eer"] for parts in (folds[:1], folds))
    assert all_of_them.high - all_of_them.low < 0.7 * (alone.high - alone.low)


def test_a_scale_of_its_own_does_not_make_a_fold_worse(noisy):
    comparer = noisy(PEOPLE)
    plain = [fold_of(comparer, number) for number in range(5)]
    scaled = [fold_of(comparer, number, scale=10.0**number) for number in range(5)]
    for name in ("eer", "auc", "accuracy"):
        one, other = (figures_of(each)[name] for each in (plain, scaled))
        assert one.value == pytest.approx(other.value)
        assert one.value == pytest.approx(
            np.mean([figures_of([fold])[name].value for fold in plain])
        )


def test_over_folds_a_constant_comparer_is_at_chance_and_an_oracle_right(constant, oracle, chance):
    def over_folds(comparer):
        return figures_of([fold_of(comparer, number) for number in range(5)])

    assert over_folds(constant)["eer"].value == 0.5
    assert over_folds(oracle(PEOPLE))["eer"].value == 0
    guessed = over_folds(chance)["eer"]
    assert guessed.low < 0.5 < guessed.high


def test_a_fold_that_a_resample_leaves_empty_is_left_out():
    # One person to a fold: nearly every resample leaves one of the three out.
    figure = figures_of([scores([1, 0], [n, n]) for n in range(3)], Bootstrap(50))["accuracy"]
    assert figure.value == 0.5


def test_whether_few_labels_miss_is_asked_of_all_folds_in_any_order():
    folds = []
    for number in range(5):
        right = np.ones((8, 10))
        right[: 7 * (number == 0), 0] = 0  # all misses are on seven labels of one fold
        people = np.repeat(np.arange(8) + 8 * number, 10)
        folds.append(Evidence.of_scores({"accuracy": right.ravel()}, people, hits=True))
    forth, back = (figures_of(order)["accuracy"] for order in (folds, folds[::-1]))
    assert (forth.low, forth.high) == pytest.approx((back.low, back.high), abs=1e-3)


def test_a_figure_that_a_part_lacks_is_left_out():
    right, people = np.array([1.0, 0.0]), np.array([0, 1])
    both = Evidence.of_scores({"accuracy": right, "accuracy@skilled": right}, people)
    for parts in ([both, scores(right, people)], [scores(right, people), both]):
        assert list(figures_of(parts)) == ["accuracy"]


def test_what_one_part_is_too_small_for_is_missing_from_all():
    part = scores([1, 0, 1], [0, 1, 2])
    small = replace(part, missing={"accuracy": Missing(missing="needs more")})
    assert figures_of([part, small])["accuracy"] == small.missing["accuracy"]


def test_what_hangs_on_a_label_that_is_chosen_among_is_uncertain():
    """Whatever stands beside label 0 is taken for it: other labels may hold no such one, or two."""
    rng = np.random.default_rng(0)
    among = np.array([rng.permutation(12)[:5] for _ in range(2_000)])
    among = among[among[:, 0] != 0]
    right, query = (~(among == 0).any(1)).astype(float), among[:, 0]
    (alone,) = figures_of([Evidence.of_scores({"accuracy": right}, query)]).values()
    (both,) = figures_of([Evidence.of_scores({"accuracy": right}, query, among=among)]).values()
    assert alone.value == both.value == pytest.approx(7 / 11, abs=0.03)
    assert both.low < 0.4
    assert both.high > 0.9
    assert both.high - both.low > 3 * (alone.high - alone.low)


def test_trials_among_fewer_labels_than_others_are_filled_up():
    right, query = np.array([1.0, 0.0, 1.0, 1.0]), np.array([4, 5, 6, 4])
    among = np.array([[4, 5, 6], [4, 5, -1], [5, 6, -1], [4, 6, 5]])
    figure = figures_of([Evidence.of_scores({"accuracy": right}, query, among=among)])["accuracy"]
    assert figure.value == 0.75
    assert 0 <= figure.low < 0.75 < figure.high <= 1


def test_chance_of_trials_by_themselves_is_not_counted_for_each_label_that_they_choose_among():
    rng = np.random.default_rng(0)
    among = rng.integers(0, 600, (10_000, 20))
    right = (rng.random(10_000) < 0.9).astype(float)
    evidence = Evidence.of_scores({"accuracy": right}, among[:, 0], among=among)
    figure = figures_of([evidence])["accuracy"]
    low, high = wilson(9_000, 10_000)
    assert figure.high - figure.low < 1.7 * (high - low)


def test_labels_that_are_offered_unequally_often_leave_an_interval_of_shares():
    rng = np.random.default_rng(0)
    small = np.array([rng.permutation(5) for _ in range(1_000)])
    large = np.array([5 + rng.permutation(50)[:5] for _ in range(1_000)])
    among = np.concatenate([small, large])
    right = (rng.random(2_000) < 0.9).astype(float)
    evidence = Evidence.of_scores({"accuracy": right}, among[:, 0], among=among)
    figure = figures_of([evidence])["accuracy"]
    assert 0.85 < figure.low < figure.value < figure.high < 0.95


def within_groups(spread, rng, groups=10, labels=26, trials=200):
    """Trials of 20 ways within groups whose accuracies differ by `spread`; each one's group."""
    accuracy = np.clip(rng.normal(0.9, spread, groups), 0, 1)
    right = (rng.random((groups, trials)) < accuracy[:, None]).astype(float).ravel()
    asked = rng.integers(labels, size=groups * trials) + np.repeat(
        np.arange(groups) * labels, trials
    )
    return Evidence.of_scores(
        {"accuracy": right}, asked, groups=np.repeat(np.arange(groups), trials)
    )


def test_trials_within_groups_vary_with_the_groups():
    rng = np.random.default_rng(0)
    (alike,) = figures_of([within_groups(0, rng)]).values()
    (unlike,) = figures_of([within_groups(0.08, rng)]).values()
    assert alike.high - alike.low < 0.05 < unlike.high - unlike.low < 0.15


def test_accuracies_within_groups_cover_that_of_other_groups():
    rng = np.random.default_rng(0)
    held = [
        figure.low <= 0.9 <= figure.high
        for _ in range(60)
        for figure in figures_of([within_groups(0.04, rng)], Bootstrap(100)).values()
    ]
    assert np.mean(held) > 0.85


@pytest.mark.parametrize(("count", "resampled"), [(6, True), (5, False)])
def test_groups_are_resampled_where_there_are_enough(count, resampled):
    groups = np.arange(count).repeat(2)
    assert (Units.of_pairs(groups, groups, groups=groups).groups is not None) == resampled


def test_folds_may_choose_among_different_numbers_of_labels():
    folds = [
        Evidence.of_scores({"accuracy": np.array([1.0, 0.0])}, labels[:, 0], among=labels)
        for labels in (np.array([[0, 1, 2], [1, 2, 0]]), np.array([[3, 4], [4, 3]]))
    ]
    assert figures_of(folds)["accuracy"].value == 0.5
