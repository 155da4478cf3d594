from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import DataError
from gemel.functional.roc import (
    auc,
    eer,
    far_at,
    far_at_tar,
    frr_at,
    impostors_needed,
    rank_pairs,
    roc,
    tar_at_far,
)

DISTANCE = np.float32([1, 2, 4, 3, 5, 6])
SAME = np.array([True, True, True, False, False, False])


def random_pairs(seed: int, pairs: int = 400, digits: int = 1):
    rng = np.random.default_rng(seed)
    same = rng.uniform(size=pairs) < 0.3
    same[:2] = True, False
    return rng.normal(1 - same, 1).round(digits), same


def test_rates_by_hand():
    curve = roc(DISTANCE, SAME)
    assert curve.threshold.tolist() == [-np.inf, 1, 2, 3, 4, 5, 6]
    assert curve.far == pytest.approx([0, 0, 0, 1 / 3, 1 / 3, 2 / 3, 1])
    assert curve.frr == pytest.approx([1, 2 / 3, 1 / 3, 1 / 3, 0, 0, 0])


def test_figures_by_hand():
    curve = roc(DISTANCE, SAME)
    # 8 of the 9 genuine-impostor couples are in order (4 is beyond 3).
    assert auc(curve) == pytest.approx(8 / 9)
    assert eer(curve) == pytest.approx(1 / 3)
    assert tar_at_far(curve, 0) == pytest.approx(2 / 3)
    assert tar_at_far(curve, 0.33) == pytest.approx(2 / 3)
    assert tar_at_far(curve, 1 / 3) == 1
    # At 3 exactly the impostor pair at 3 is accepted.
    assert (far_at(curve, 3), far_at(curve, 2.99)) == (pytest.approx(1 / 3), 0)
    assert (frr_at(curve, 4), frr_at(curve, 3.99)) == (0, pytest.approx(1 / 3))
    assert (far_at(curve, -1), frr_at(curve, -1)) == (0, 1)


def test_equal_error_is_read_between_two_thresholds():
    # Up to 1: FAR 0, FRR 1/2. Up to 2 (a tie): FAR 1, FRR 0. The line crosses at 1/3:
    # FAR = s, FRR = (1-s)/2, equal at s = 1/3.
    curve = roc(np.float32([1, 2, 2]), np.array([True, True, False]))
    assert eer(curve) == pytest.approx(1 / 3)


def test_ties_count_half():
    constant = roc(np.zeros(10, np.float32), np.arange(10) < 4)
    assert auc(constant) == 0.5
    assert eer(constant) == 0.5
    assert tar_at_far(constant, 0.1) == 0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), digits=st.integers(0, 3))
def test_matches_scikit_learn_with_ties_and_weights(seed, digits):
    from sklearn.metrics import roc_auc_score, roc_curve

    distance, same = random_pairs(seed, digits=digits)
    weights = np.random.default_rng(seed).integers(0, 4, len(same)).astype(float)
    weights[:2] = 1
    curve = rank_pairs(distance, same).roc(weights)
    assert auc(curve) == pytest.approx(roc_auc_score(same, -distance, sample_weight=weights))
    far, tar, _ = roc_curve(same, -distance, sample_weight=weights, drop_intermediate=False)
    np.testing.assert_allclose(
        np.interp(0.137, curve.far, 1 - curve.frr), np.interp(0.137, far, tar)
    )
    crossing = np.linspace(0, 1, 200_001)
    gap = np.abs(np.interp(crossing, far, tar) + crossing - 1)
    if np.unique(far).size == far.size:
        assert eer(curve) == pytest.approx(crossing[gap.argmin()], abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_weight_of_two_is_the_pair_twice(seed):
    distance, same = random_pairs(seed, 60)
    times = np.random.default_rng(seed).integers(1, 3, len(same))
    weighted = rank_pairs(distance, same).roc(times.astype(float))
    repeated = roc(np.repeat(distance, times), np.repeat(same, times))
    np.testing.assert_allclose(weighted.far, repeated.far)
    np.testing.assert_allclose(weighted.frr, repeated.frr)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_only_the_order_of_the_distances_matters(seed):
    distance, same = random_pairs(seed)
    plain, stretched = roc(distance, same), roc(np.exp(distance), same)
    assert (auc(plain), eer(plain)) == (auc(stretched), eer(stretched))
    shuffled = np.random.default_rng(0).permutation(len(same))
    assert auc(roc(distance[shuffled], same[shuffled])) == auc(plain)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), far=st.integers(0, 210).map(lambda k: (k + 0.5) / 211))
def test_tar_at_far_is_the_best_of_all_thresholds(seed, far):
    distance, same = random_pairs(seed, 50)
    best = max(
        (distance[same] <= t).mean()
        for t in [-np.inf, *distance]
        if (distance[~same] <= t).mean() <= far
    )
    assert tar_at_far(roc(distance, same), far) == pytest.approx(best)


def test_two_gaussians_have_the_error_that_theory_says():
    rng = np.random.default_rng(0)
    distance = np.concatenate([rng.normal(0, 1, 50_000), rng.normal(2, 1, 50_000)])
    curve = roc(distance, np.arange(100_000) < 50_000)
    # Cut halfway, one deviation from either mean: EER = Φ(-1); AUC = Φ(2/√2).
    assert eer(curve) == pytest.approx(0.15866, abs=0.003)
    assert auc(curve) == pytest.approx(0.92135, abs=0.003)


def test_figures_without_one_kind_are_no_numbers():
    ranked = rank_pairs(DISTANCE, SAME)
    no_impostors = ranked.roc(SAME.astype(float))
    assert np.isnan([auc(no_impostors), eer(no_impostors), tar_at_far(no_impostors, 0.5)]).all()


@pytest.mark.parametrize(
    ("far", "needed"), [(0.1, 300), (0.01, 3_000), (0.001, 30_000), (0.3, 100), (3e-4, 100_000)]
)
def test_thirty_errors_are_asked_for(far, needed):
    assert impostors_needed(far) == needed


def test_pairs_of_one_kind_are_refused():
    with pytest.raises(DataError, match="0 of the same and 6 of different labels; add items"):
        roc(DISTANCE, np.zeros(6, bool))


def test_distances_that_are_no_numbers_are_refused():
    with pytest.raises(DataError, match="got 1 of 6 that are not"):
        roc(np.where(DISTANCE == 4, np.inf, DISTANCE), SAME)


def test_false_accepts_at_a_recall_by_hand():
    # Genuine at 1, 2, 3, 4; impostors at 2.5, 3.5, 5, 6: to accept three of four genuine pairs the
    # threshold is 3, where one of four impostors passes; for all four it is 4, where two pass.
    distance = np.float32([1, 2, 3, 4, 2.5, 3.5, 5, 6])
    curve = roc(distance, np.arange(8) < 4)
    assert far_at_tar(curve, 0.75) == 0.25
    assert far_at_tar(curve, 0.95) == 0.5
    assert far_at_tar(curve, 1.0) == 0.5


def test_rates_that_only_rounding_keeps_from_a_limit_reach_it():
    # Ten impostors of weight 0.1 sum up to less than 1: the first is more than a tenth of them.
    tenths = rank_pairs(np.arange(11.0), np.arange(11) == 1).roc(np.full(11, 0.1))
    assert tenths.far[1] > 0.1
    assert tar_at_far(tenths, 0.1) == 1
    # Five genuine pairs of weight 0.3, and an impostor between the fourth and the fifth.
    fifths = rank_pairs(np.array([0, 1, 2, 3, 5, 4.0]), np.arange(6) < 5).roc(np.full(6, 0.3))
    assert fifths.frr[4] > 1 - 0.8
    assert far_at_tar(fifths, 0.8) == 0
