"""Correlations against NumPy's and SciPy's ranks; retrieval of partners against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.figure import Missing
from gemel.evaluation.intervals import wilson
from gemel.evaluation.pairs import given_pairs
from gemel.evaluation.partners import partner_retrieval
from gemel.evaluation.resampling import Bootstrap
from gemel.evaluation.similarity import pearson, similarity

FEW = Bootstrap(resamples=30)


def euclidean(left, right):
    return np.linalg.norm(left[:, :, None] - right[:, None], axis=-1).astype(np.float32)


def test_correlations_are_those_of_second_implementations():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    given = rng.integers(0, 6, 80).astype(float)  # with ties
    predicted = given + rng.normal(0, 1, 80).round(1)
    figures = similarity(predicted, given, (np.arange(80), np.arange(80, 160)), FEW)
    assert figures["pearson"].value == pytest.approx(np.corrcoef(predicted, given)[0, 1])
    assert figures["spearman"].value == pytest.approx(stats.spearmanr(predicted, given).statistic)
    assert figures["mse"].value == pytest.approx(np.mean((predicted - given) ** 2))


def test_a_weight_of_two_is_the_pair_twice():
    rng = np.random.default_rng(1)
    one, other, weights = rng.random(9), rng.random(9), rng.integers(0, 3, 9).astype(float)
    repeated = [np.repeat(values, weights.astype(int)) for values in (one, other)]
    assert pearson(one, other, weights) == pytest.approx(np.corrcoef(*repeated)[0, 1])


@pytest.mark.parametrize("constant", [0.1, 3.3, 2.0])
def test_a_constant_does_not_vary_however_its_mean_is_rounded(constant):
    given = np.random.default_rng(0).random(1_000)
    ends = np.arange(1_000), np.arange(1_000, 2_000)
    figures = similarity(np.full(1_000, constant), given, ends, FEW)
    assert isinstance(figures["pearson"], Missing)
    assert isinstance(figures["spearman"], Missing)
    assert np.isnan(pearson(np.full(1_000, constant), given, np.ones(1_000)))


def test_a_constant_network_has_an_error_and_no_correlation():
    given = np.array([1.0, 2, 3, 4, 5, 3])
    figures = similarity(np.full(6, 3.0), given, (np.arange(6), np.arange(6, 12)), FEW)
    assert isinstance(figures["pearson"], Missing)
    assert isinstance(figures["spearman"], Missing)
    assert figures["mse"].value == pytest.approx((4 + 1 + 0 + 1 + 4 + 0) / 6)


def test_pairs_of_few_sentences_have_wider_intervals_than_pairs_of_many():
    rng = np.random.default_rng(2)
    given, noise = rng.normal(0, 1, 300), rng.normal(0, 1, 300)
    many = similarity(given + noise, given, (np.arange(300), np.arange(300, 600)))
    # Six sentences on the left, each always judged too high or too low by the same amount.
    left = np.arange(300) % 6
    few = similarity(given + noise[left], given, (left, np.arange(300, 600)))
    assert few["mse"].high - few["mse"].low > 2 * (many["mse"].high - many["mse"].low)


def test_independent_pairs_get_the_textbook_interval():
    rng = np.random.default_rng(0)
    given, noise = rng.normal(0, 1, 400), rng.normal(0, 0.75, 400)
    ends = np.arange(400), np.arange(400, 800)
    pearson = similarity(given + noise, given, ends, Bootstrap(1_000))["pearson"]
    # Fisher's: the inverse hyperbolic tangent of the correlation has a deviation of 1/√(n - 3).
    low, high = np.tanh(np.arctanh(pearson.value) + np.array([-1.96, 1.96]) / 397**0.5)
    assert (pearson.low, pearson.high) == pytest.approx((low, high), abs=0.01)


def test_intervals_hold_the_truth_where_pairs_share_sentences():
    """A hundred left sentences in four pairs each; how they are judged is half of the noise."""
    left, held = np.arange(400) % 100, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        given, own = rng.normal(0, 1, 400), rng.normal(0, 0.5, 100)
        predicted = given + own[left] + rng.normal(0, 0.5, 400)
        ends = left, np.arange(100, 500)
        mse = similarity(predicted, given, ends, Bootstrap(100))["mse"]
        held += mse.low <= 0.5 <= mse.high
    assert held >= 0.88 * 60


def test_scores_that_do_not_differ_are_refused():
    with pytest.raises(DataError, match="three pairs or more whose scores differ"):
        similarity(np.arange(4.0), np.ones(4), (np.arange(4), np.arange(4)))
    with pytest.raises(DataError, match="got 4 pairs with scores from 3 to 3: add pairs"):
        similarity(np.arange(4.0), np.full(4, 3.0), (np.arange(4), np.arange(4)))
    with pytest.raises(DataError, match="got 0 pairs: add pairs"):
        similarity(np.zeros(0), np.zeros(0), (np.arange(0), np.arange(0)))


def found(comparer, pairs, items, one_way=False):
    return figures_of([partner_retrieval(comparer, pairs, items, one_way=one_way)], FEW)


def test_partners_are_found_as_by_brute_force():
    rng = np.random.default_rng(3)
    embeddings = rng.random((40, 3)).astype(np.float32)
    left, right = np.arange(0, 30), rng.permutation(40)[:30]
    same = (rng.random(30) < 0.6) & (left != right)
    pairs = given_pairs(left, right, same)
    figures = found(EmbeddingComparer(embeddings, euclidean), pairs, 40)
    partners = {}
    for one, other in zip(left[same], right[same], strict=True):
        partners.setdefault(int(one), set()).add(int(other))
        partners.setdefault(int(other), set()).add(int(one))
    distance = euclidean(embeddings[None], embeddings[None])[0]
    for depth in (1, 5, 10):
        right = 0
        for query, theirs in partners.items():
            skipped = joined_to(query, partners) - theirs
            order = [i for i in np.argsort(distance[query]) if int(i) not in skipped][:depth]
            right += bool(theirs & set(map(int, order)))
        assert figures[f"recall@{depth}"].value == pytest.approx(right / len(partners))


def joined_to(item, partners):
    """Itself, and what pairs lead to from it."""
    found, new = {item}, {item}
    while new:
        new = {other for one in new for other in partners[one]} - found
        found |= new
    return found


def test_what_matches_by_way_of_others_is_in_nobodys_way():
    # One identity: 0 with 1, 1 with 2. To 0, 2 is nearer than 1 is, and nothing else is near.
    pairs = given_pairs(np.array([0, 1, 3]), np.array([1, 2, 4]), np.full(3, True))
    embeddings = np.array([[0.0], [0.2], [0.1], [5.0], [5.1]], np.float32)
    comparer = EmbeddingComparer(embeddings, euclidean)
    assert found(comparer, pairs, 5)["recall@1"].value == 1


def test_a_matcher_that_says_the_same_of_everything_finds_nobody():
    pairs = given_pairs(np.arange(5), np.arange(5, 10), np.full(5, True))
    constant = EmbeddingComparer(np.ones((20, 2), np.float32), euclidean)
    assert found(constant, pairs, 20)["recall@10"].value == 0


def test_one_pair_that_is_not_found_says_little_of_others():
    # Forty pairs at 0 and 1, 10 and 11, …; of the first one, both items lie nearer to others.
    spots = 10.0 * np.arange(40) + np.array([[0], [1]])
    spots[:, 0] = 5, 395
    pairs = given_pairs(np.arange(40), np.arange(40, 80), np.full(40, True))
    figure = found(EmbeddingComparer(np.float32(spots.reshape(-1, 1)), euclidean), pairs, 80)
    low, high = wilson(78, 80)
    assert figure["recall@1"].value == 0.975
    assert figure["recall@1"].low <= low
    assert figure["recall@1"].high >= high


def test_where_sides_are_not_exchangeable_left_items_look_for_right_ones_alone():
    # 0, 1, 2 are left; 3, 4 right. As right items the left ones would be nearest of all.
    left, right = np.array([0, 1, 2]), np.array([3, 4, 3])
    pairs = given_pairs(left, right, np.array([True, True, False]))
    asked = []

    class Sided:
        def pairs(self, left, right):
            raise AssertionError("retrieval asks across")

        def cross(self, left, right):
            asked.append((left.tolist(), right.tolist()))
            return np.where(right >= 3, np.abs(right - 3 - left[:, None]), 0).astype(np.float32)

    figures = found(Sided(), pairs, 5, one_way=True)
    assert asked == [([0, 1], [3, 4])]
    assert figures["recall@1"].value == 1
    assert list(figures) == ["recall@1"]
