"""Two sides that hold different items: what is drawn has one of each, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError
from gemel.evaluation.across import TwoSides, draw_across, most_ways_across, sample_across
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.episodes import FewShotTask
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.few_shot import score_episodes
from gemel.evaluation.pairs import PairLimits
from gemel.evaluation.retrieval import retrieval


def euclidean(left, right):
    return np.linalg.norm(left[:, :, None] - right[:, None], axis=-1).astype(np.float32)


@pytest.fixture
def sides():
    """30 labels, one item of each on the left (0-29) and two on the right (30-89)."""
    labels = np.concatenate([np.arange(30), np.repeat(np.arange(30), 2)])
    return TwoSides(labels, np.arange(30), np.arange(30, 90))


@pytest.fixture
def groups(sides):
    return sides.labels // 10


def comparer_of(labels):
    """Embeddings that know the label: an oracle."""
    return EmbeddingComparer(np.eye(30, dtype=np.float32)[labels], euclidean)


def test_pairs_have_their_left_item_on_the_left(sides):
    pairs = sample_across(sides, seed=1, limits=PairLimits(40, 500))
    assert np.isin(pairs.left, sides.left).all()
    assert np.isin(pairs.right, sides.right).all()
    assert (pairs.same == (sides.labels[pairs.left] == sides.labels[pairs.right])).all()
    assert (int(pairs.same.sum()), len(pairs)) == (40, 540)
    matching = list(zip(pairs.left[:40], pairs.right[:40], strict=True))
    assert len(set(matching)) == 40


def test_all_pairs_are_taken_where_there_are_no_more(sides):
    pairs = sample_across(sides, seed=0)
    assert int(pairs.same.sum()) == 60
    assert len(set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))) == 30 * 60


@pytest.mark.parametrize("seed", range(5))
def test_impostors_are_found_however_rare_they_are(seed):
    """One left item, 99 right ones of its label and one of another: drawing blindly may miss it."""
    sides = TwoSides(np.array([0] * 100 + [1]), np.array([0]), np.arange(1, 101))
    pairs = sample_across(sides, seed, PairLimits(10, 10))
    assert pairs.right[~pairs.same].tolist() == [100]


def test_a_query_is_on_the_left_and_its_candidates_on_the_right_within_its_group(sides, groups):
    (episodes,) = draw_across(sides, FewShotTask(10, 2, trials=50, seed=3), groups)
    assert np.isin(episodes.query, sides.left).all()
    assert np.isin(episodes.support, sides.right).all()
    assert (groups[episodes.support] == groups[episodes.query][:, None, None]).all()
    labels = sides.labels[episodes.support][:, :, 0]
    assert (np.sort(labels % 10, axis=1) == np.arange(10)).all()
    right = labels[np.arange(50), episodes.answer]
    assert (right == sides.labels[episodes.query]).all()
    assert len(set(episodes.answer.tolist())) > 3  # never always in one place


def test_an_oracle_finds_everything_and_a_constant_nothing(sides, groups):
    oracle = comparer_of(sides.labels)
    constant = EmbeddingComparer(np.ones((90, 4), np.float32), euclidean)
    drawn = draw_across(sides, FewShotTask(5, 1, trials=40), groups)
    for comparer, value in ((oracle, 1), (constant, 0)):
        named = score_episodes(comparer, sides.labels, drawn)
        found = retrieval(comparer, sides.labels, sides=sides)
        assert figures_of([named])["accuracy"].value == value
        assert figures_of([found])["recall@1"].value == value
        np.testing.assert_array_equal(found.left[:30], sides.labels[sides.left])


def test_there_are_as_many_ways_as_labels_on_the_right(sides, groups):
    assert most_ways_across(sides, 1) == 30
    assert most_ways_across(sides, 2, groups) == 10
    assert most_ways_across(sides, 3) == 0


def test_more_ways_than_labels_are_refused(sides, groups):
    with pytest.raises(DataError, match="20-way 1-shot across two sides needs 20 labels"):
        draw_across(sides, FewShotTask(20), groups)


def test_groups_are_asked_alike_however_many_labels_they_have():
    labels = np.tile(np.arange(22), 2)
    sides = TwoSides(labels, np.arange(22), np.arange(22, 44))
    groups = (labels >= 2).astype(np.int64)
    (episodes,) = draw_across(sides, FewShotTask(2, trials=1_000), groups)
    assert 0.45 < (groups[episodes.query] == 0).mean() < 0.55


def test_labels_without_an_item_to_ask_with_are_named():
    sides = TwoSides(np.arange(6), np.array([0]), np.arange(1, 6))
    with pytest.raises(DataError, match="no label that has 1 item on the right has one on the"):
        draw_across(sides, FewShotTask(5))


def test_sides_without_a_common_label_have_no_pairs():
    apart = TwoSides(np.arange(4), np.array([0, 1]), np.array([2, 3]))
    with pytest.raises(DataError, match="a left and a right item of one label"):
        sample_across(apart, seed=0)
