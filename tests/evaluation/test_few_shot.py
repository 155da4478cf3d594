from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import DataError, RecipeError
from gemel.evaluation.episodes import Episodes, FewShotTask, draw_episodes, most_ways
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.few_shot import answer_episodes, score_episodes
from gemel.evaluation.intervals import wilson

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(40), 6))
GROUPS = LABELS // 10


def accuracy(comparer, task, labels=LABELS, groups=None):
    drawn = draw_episodes(labels, task, groups)
    return figures_of([score_episodes(comparer, labels, drawn)])["accuracy"]


def test_a_constant_comparer_scores_0(constant):
    assert accuracy(constant, FewShotTask(5, trials=500)).value == 0


def test_an_oracle_scores_1_and_is_not_certain(oracle):
    figure = accuracy(oracle(LABELS), FewShotTask(20, 5, trials=500))
    assert figure.value == figure.high == 1
    assert 0.9 < figure.low < 1
    assert figure.n == 500


@pytest.mark.parametrize("shots", [1, 3])
def test_a_random_comparer_is_at_chance(chance, shots):
    figure = accuracy(chance, FewShotTask(5, shots, trials=5_000))
    assert figure.low < 0.2 < figure.high
    assert figure.high - figure.low < 0.06


def test_mistakes_of_two_labels_say_little_of_others(oracle):
    labels = np.repeat(np.arange(40), 6)
    comparer = oracle(np.where(labels == 39, 38, labels))
    figure = accuracy(comparer, FewShotTask(5, trials=5_000), labels)
    worth = 4 * 40
    low, high = wilson(figure.value * worth, worth)
    assert figure.low <= low
    assert figure.high >= high


def test_mistakes_about_one_item_of_one_group_say_little_of_other_groups(oracle):
    labels = np.repeat(np.arange(40), 6)
    groups, mistaken = labels // 5, labels.copy()
    mistaken[-1] = 40  # four of five examples still answer rightly
    drawn = draw_episodes(labels, FewShotTask(5, 5, trials=5_000), groups)
    evidence = score_episodes(oracle(mistaken), labels, drawn, groups=groups)
    figure = figures_of([evidence])["accuracy"]
    low, high = wilson(figure.value * 4 * 40, 4 * 40)
    assert figure.low <= low
    assert figure.high >= high


def test_ten_thousand_questions_about_two_labels_are_few(chance):
    figure = accuracy(chance, FewShotTask(2), labels=np.repeat([0, 1], 6))
    assert figure.n == 10_000
    low, high = wilson(figure.value * 8, 8)
    assert figure.low <= low
    assert figure.high >= high


def test_a_score_is_the_mean_distance_to_the_shots():
    distance = np.float32([[9, 1, 3, 2.5, 2.5]])

    class Listed:
        def pairs(self, left, right):
            return distance[left, right]

    def right(*support, answer):
        episodes = Episodes(np.array([0]), np.array([support]), np.array([answer]))
        return answer_episodes(Listed(), episodes).item()

    # Means 2 (of 1 and 3) and 2.5: the first is nearer.
    assert right([1, 2], [3, 4], answer=0)
    assert not right([1, 2], [3, 4], answer=1)
    # 2.5 against 2.5 is a tie: wrong, whichever is asked for.
    assert not right([3], [4], answer=0)
    assert not right([3], [4], answer=1)


def test_distances_that_are_no_numbers_are_wrong_answers():
    class Diverged:
        def pairs(self, left, right):
            return np.full(len(left), np.nan, np.float32)

    assert accuracy(Diverged(), FewShotTask(5, trials=10)).value == 0


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=12),
    ways=st.integers(2, 6),
    shots=st.integers(1, 4),
    grouped=st.booleans(),
    seed=st.integers(0, 100),
)
def test_episodes_keep_their_promises(sizes, ways, shots, grouped, seed):
    labels = np.repeat(np.arange(len(sizes)) * 3, sizes)
    groups = labels % 2 if grouped else None
    task = FewShotTask(ways, shots, trials=50, seed=seed)
    if most_ways(labels, shots, groups) < ways:
        with pytest.raises(DataError, match=f"needs {ways} labels with {shots + 1} items"):
            draw_episodes(labels, task, groups)
        return
    (episodes,) = draw_episodes(labels, task, groups)
    support_labels = labels[episodes.support]
    trial = np.arange(50)
    # The shots of one way are of one label, the ways of different labels, the answer is right.
    assert (support_labels == support_labels[..., :1]).all()
    assert (np.diff(np.sort(support_labels[..., 0], axis=1), axis=1) > 0).all()
    assert (support_labels[trial, episodes.answer, 0] == labels[episodes.query]).all()
    # No item twice, and the query is none of the examples.
    flat = np.sort(np.c_[episodes.support.reshape(50, -1), episodes.query], axis=1)
    assert (np.diff(flat, axis=1) > 0).all()
    if grouped:
        assert (support_labels % 2 == (labels[episodes.query] % 2)[:, None, None]).all()


def test_answers_labels_and_items_are_drawn_evenly():
    (episodes,) = draw_episodes(LABELS, FewShotTask(4, 2, trials=24_000))
    # 4 places, 40 labels, 240 items: each within five deviations of its share.
    for drawn, kinds in ((episodes.answer, 4), (LABELS[episodes.query], 40), (episodes.query, 240)):
        times = np.bincount(drawn, minlength=kinds)
        share = 24_000 / kinds
        assert np.abs(times - share).max() < 5 * share**0.5
    times = np.bincount(episodes.support.ravel(), minlength=240)
    assert np.abs(times - 800).max() < 5 * 800**0.5


def test_one_group_is_harder_where_groups_are_alike_inside(noisy):
    comparer = noisy(GROUPS, spread=0.3)  # items differ by group alone
    anywhere = accuracy(comparer, FewShotTask(5, trials=2_000))
    inside = accuracy(comparer, FewShotTask(5, trials=2_000), groups=GROUPS)
    assert inside.low < 0.2 < inside.high
    assert anywhere.low > inside.high


def test_the_batches_that_memory_allows_make_no_difference_to_the_sum(monkeypatch, oracle):
    monkeypatch.setattr("gemel.evaluation.episodes.CHUNK_FLOATS", 400)
    figure = accuracy(oracle(LABELS), FewShotTask(5, trials=333))
    assert (figure.value, figure.n) == (1, 333)


def test_the_seed_decides(noisy):
    comparer = noisy(LABELS)
    assert accuracy(comparer, FewShotTask(5)) == accuracy(comparer, FewShotTask(5))
    assert accuracy(comparer, FewShotTask(5)) != accuracy(comparer, FewShotTask(5, seed=1))


def test_too_many_ways_say_what_there_is(oracle):
    with pytest.raises(DataError, match="41-way 1-shot needs 41 labels with 2 items each, got 40;"):
        draw_episodes(LABELS, FewShotTask(41))
    with pytest.raises(DataError, match="with 2 items each in one group, got 10;"):
        draw_episodes(LABELS, FewShotTask(20), GROUPS)
    with pytest.raises(DataError, match="with 7 items each, got 0;"):
        draw_episodes(LABELS, FewShotTask(2, 6))


def test_the_most_ways_the_data_allow():
    assert most_ways(LABELS, 5) == 40
    assert most_ways(LABELS, 6) == 0
    assert most_ways(LABELS, 1, GROUPS) == 10


@pytest.mark.parametrize("settings_", [(1, 1, 1), (2, 0, 1), (2, 1, 0)])
def test_a_task_that_asks_nothing_is_refused(settings_):
    with pytest.raises(RecipeError, match="at least 2 ways, 1 shot and 1 trial"):
        FewShotTask(*settings_)


def test_within_groups_trials_depend_on_their_group(chance):
    labels = np.repeat(np.arange(12), 3)
    groups = labels // 2
    episodes = draw_episodes(labels, FewShotTask(2, 1, 500), groups)
    evidence = score_episodes(chance, labels, episodes, groups=groups)
    assert evidence.among is None
    assert evidence.groups.tolist() == (evidence.left // 2).tolist()


@pytest.mark.parametrize("sizes", [(6, 5), (5, 6), (5, 5)])
def test_the_groups_of_all_folds_are_resampled_together(oracle, sizes):
    """In each fold, every other group is answered rightly throughout and the others never."""

    def fold(first, count):
        labels = np.repeat(np.arange(first, first + 10 * count), 3)
        groups = labels // 10
        comparer = oracle(np.where(groups % 2, labels, -1))
        drawn = draw_episodes(labels, FewShotTask(5, trials=600), groups)
        return score_episodes(comparer, labels, drawn, groups=groups)

    figure = figures_of([fold(0, sizes[0]), fold(1000, sizes[1])])["accuracy"]
    # Ten groups or eleven, right or wrong: a standard error of 0.5 / sqrt(10), two on either side.
    assert 0.5 < figure.high - figure.low < 0.9
