from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.evaluation.intervals import Basis, bootstrap_figures, wilson
from gemel.evaluation.resampling import Bootstrap
from gemel.evaluation.units import Units
from gemel.functional.roc import auc, rank_pairs


def accuracy_figure(right, labels, bootstrap=Bootstrap(200)):
    return bootstrap_figures(
        lambda weights: {"accuracy": float(weights @ right / weights.sum())},
        Units.of_pairs(labels, labels),
        Basis.all_trials(len(right), "accuracy"),
        bootstrap,
    )["accuracy"]


def trials_of_uneven_labels(seed, labels=15, each=20):
    """Label l is recognised with a probability drawn from Beta(9, 1): 90 % on average."""
    rng = np.random.default_rng(seed)
    ease = rng.beta(9, 1, labels)
    right = rng.uniform(size=(labels, each)) < ease[:, None]
    return right.ravel().astype(float), np.repeat(np.arange(labels), each)


def pairs_of_uneven_labels(seed, labels=40, each=4, spread=0.7):
    """Distances that depend on whom they are of: N(0, 1), farther by 2 for impostors."""
    rng = np.random.default_rng(seed)
    effect = rng.normal(0, spread, labels)
    i, j = np.triu_indices(labels * each, 1)
    left, right = i // each, j // each
    same = left == right
    distance = rng.normal(size=len(left)) + effect[left] + np.where(same, 0, effect[right] + 2)
    return distance, same, left, right


def auc_figure(distance, same, units):
    ranked = rank_pairs(distance, same)
    return bootstrap_figures(
        lambda weights: {"auc": auc(ranked.roc(weights))},
        units,
        Basis({"same": same, "not": ~same}, {"auc": ("same", "not")}),
        Bootstrap(100),
    )["auc"]


def test_nine_of_ten_intervals_hold_the_true_accuracy():
    figures = [accuracy_figure(*trials_of_uneven_labels(seed)) for seed in range(100)]
    assert sum(each.low <= 0.9 <= each.high for each in figures) >= 90


def test_nine_of_ten_intervals_hold_the_true_auc_and_pairs_alone_would_not():
    # Genuine: variance 1 + s². Impostor: 1 + 2s², mean 2. AUC = Φ(2 / √(2 + 3s²)).
    truth = NormalDist().cdf(2 / (2 + 3 * 0.7**2) ** 0.5)
    by_label = by_pair = 0
    for seed in range(60):
        distance, same, left, right = pairs_of_uneven_labels(seed)
        figure = auc_figure(distance, same, Units.of_pairs(left, right))
        by_label += figure.low <= truth <= figure.high
        each = np.arange(len(same))
        figure = auc_figure(distance, same, Units.of_pairs(each, each))
        by_pair += figure.low <= truth <= figure.high
    assert by_label >= 0.9 * 60
    assert by_pair < 0.8 * 60


def test_independent_trials_get_the_textbook_interval():
    right = (np.arange(2_000) < 1_600).astype(float)
    figure = accuracy_figure(right, np.arange(2_000), Bootstrap(1_000))
    # 0.8 ± 1.96 √(0.8·0.2/2000) = 0.8 ± 0.0175
    assert (figure.low, figure.high) == pytest.approx((0.7825, 0.8175), abs=0.002)


def test_a_pair_counts_for_each_of_its_labels():
    # One genuine pair of label 0, one of 1, one impostor pair: weights c0, c1, c0·c1.
    units = Units.of_pairs(np.array([7, 9, 7]), np.array([7, 9, 9]))
    seen = []

    def record(weights):
        seen.append(weights.tolist())
        return {"rate": 0.5}

    bootstrap_figures(record, units, Basis.all_trials(3, "rate"), Bootstrap(50))
    # Two draws of two labels: (2, 0), (1, 1) or (0, 2); first of all every pair once.
    assert seen[0] == [1, 1, 1]
    assert {tuple(each) for each in seen} == {(2, 0, 0), (1, 1, 1), (0, 2, 0)}


@pytest.mark.parametrize(("labels", "low"), [(3, 0.75), (20, 0.95), (1, 0.51)])
def test_all_right_is_not_certain(labels, low):
    figure = accuracy_figure(np.ones(100 * labels), np.repeat(np.arange(labels), 100))
    # Wilson with four trials per label: 1 - z²/(n + z²), n = 4·labels.
    assert (figure.value, figure.high) == (1, 1)
    assert figure.low == pytest.approx(low, abs=0.01)
    none = accuracy_figure(np.zeros(100 * labels), np.repeat(np.arange(labels), 100))
    assert none.high == pytest.approx(1 - figure.low)


def test_few_trials_of_a_label_are_not_worth_more_than_they_are():
    figure = accuracy_figure(np.ones(5), np.arange(5))
    assert (figure.low, figure.high) == pytest.approx(wilson(5, 5))


def rates_of_pairs(labels, each, accepted, bootstrap=Bootstrap(200), shares=()):
    """The share accepted of all matching, of all different pairs, and the mean of both."""
    i, j = np.triu_indices(labels * each, 1)
    left, right = i // each, j // each
    same, let_pass = left == right, accepted(left, right)

    def figures(weights):
        with np.errstate(invalid="ignore"):
            tar, far = (
                float(weights[kind] @ let_pass[kind] / weights[kind].sum())
                for kind in (same, ~same)
            )
        return {"tar": tar, "far": far, "accuracy": (tar + 1 - far) / 2}

    needed = {"tar": ("same",), "far": ("not",), "accuracy": ("same", "not")}
    basis = Basis({"same": same, "not": ~same}, needed, frozenset(shares))
    return bootstrap_figures(figures, Units.of_pairs(left, right), basis, bootstrap)


def test_pairs_of_two_labels_are_one_trial_however_many_they_are():
    figures = rates_of_pairs(2, 20, lambda left, right: (left == right).astype(float))

    assert (figures["far"].low, figures["far"].high) == pytest.approx(wilson(0, 1))
    assert (figures["tar"].low, figures["tar"].high) == pytest.approx(wilson(8, 8))
    assert figures["far"].n == 400
    # Half of the variance of each: 4 / (1/1 + 1/8).
    assert figures["accuracy"].low == pytest.approx(wilson(32 / 9, 32 / 9)[0])


def test_no_figure_knows_more_than_its_rarer_kind_of_pairs():
    # Forty labels with one item each but for the first, which has two: one matching pair.
    left, right = np.triu_indices(41, 1)
    left, right = np.maximum(left - 1, 0), right - 1
    same = left == right
    assert same.sum() == 1
    missed = np.where(same, 0.0, np.random.default_rng(0).uniform(size=len(same)) < 0.75)

    def accuracy(weights):
        with np.errstate(invalid="ignore"):
            each = [
                float(weights[kind] @ missed[kind] / weights[kind].sum()) for kind in (same, ~same)
            ]
        return {"accuracy": sum(each) / 2}

    units = Units.of_pairs(left, right)
    basis = Basis({"same": same, "not": ~same}, {"accuracy": ("same", "not")})
    figure = bootstrap_figures(accuracy, units, basis, Bootstrap(200))["accuracy"]
    # The matching pair may as well be one that is usually found.
    assert figure.value == pytest.approx(0.375, abs=0.02)
    assert figure.high > 0.75


def test_a_rare_error_is_not_ruled_out_by_the_labels_that_do_not_make_it():
    def none_but_the_first(left, right):
        return ((left == right) | ((left == 0) & (right == 1))).astype(float)

    plain, floored = (
        rates_of_pairs(4, 5, none_but_the_first, shares=names)["far"] for names in ((), ("far",))
    )
    assert plain.value == floored.value == pytest.approx(1 / 6)
    low, high = wilson(1, 6)
    assert floored.low == min(plain.low, low)
    assert floored.high == max(plain.high, high)


def test_fewer_labels_give_wider_intervals():
    right, labels = trials_of_uneven_labels(0, labels=40)
    few = accuracy_figure(right[:60], labels[:60])
    many = accuracy_figure(right, labels)
    assert few.high - few.low > 1.5 * (many.high - many.low)


@pytest.mark.parametrize(("labels", "factor"), [(3, 2.69), (10, 1.216), (50, 1.036)])
def test_the_reach_is_widened_for_few_labels_by_what_is_said(labels, factor):
    right = np.tile([0.0, 1.0], labels * 25)[: labels * 25]
    right[:25] = 1.0
    names = np.repeat(np.arange(labels), 25)
    figure = accuracy_figure(right, names, Bootstrap(400))
    rng = np.random.default_rng(0)
    each = right.reshape(labels, 25).mean(1)
    drawn = [each[rng.integers(labels, size=labels)].mean() for _ in range(400)]
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975])
    assert figure.value - figure.low == pytest.approx(
        min(figure.value, factor * (middle - low)), rel=0.01
    )
    assert figure.high - figure.value == pytest.approx(
        min(1 - figure.value, factor * (high - middle)), rel=0.01
    )


def test_the_seed_decides():
    right, labels = trials_of_uneven_labels(0)
    again = accuracy_figure(right, labels, Bootstrap(50, seed=1))
    assert accuracy_figure(right, labels, Bootstrap(50, seed=1)) == again
    assert accuracy_figure(right, labels, Bootstrap(50, seed=2)) != again


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1_000), labels=st.integers(1, 6), each=st.integers(1, 5))
def test_the_interval_lies_in_bounds_around_the_value(seed, labels, each):
    right, names = trials_of_uneven_labels(seed, labels, each)
    figure = accuracy_figure(right, names, Bootstrap(20))
    assert 0 <= figure.low <= figure.value <= figure.high <= 1
    assert figure.low < figure.high


def test_bounds_other_than_0_and_1():
    values = np.arange(10.0) - 5
    figure = bootstrap_figures(
        lambda weights: {"correlation": float(weights @ np.sign(values) / weights.sum())},
        Units.of_pairs(np.arange(10), np.arange(10)),
        Basis.all_trials(10, "correlation"),
        bounds={"correlation": (-1, 1)},
    )["correlation"]
    assert figure.low < -0.5
    assert figure.value == pytest.approx(-0.1)


def test_wilson_matches_the_papers_noise_floor():
    # 92.0 % of 400: 88.9 - 94.3 % (the interval of Koch's one-shot accuracy).
    assert wilson(368, 400) == pytest.approx((0.889, 0.943), abs=5e-4)


@given(n=st.integers(1, 10_000), share=st.floats(0, 1))
def test_wilson_holds_the_share_and_is_never_a_point(n, share):
    low, high = wilson(share * n, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    assert low < high
