from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemel.errors import DataError, RecipeError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.few_shot import score_episodes
from gemel.evaluation.two_makers import TwoMakersTask, draw_two_makers, most_ways_of_two

# Three groups of 8, 6 and 3 labels; each label drawn twice by each of four makers.
LABELS = np.repeat(np.arange(17), 8)
GROUPS = np.digitize(LABELS, [8, 14])
MAKERS = np.tile(np.repeat(np.arange(4), 2), 17)
SHUFFLED = np.random.default_rng(0).permutation(len(LABELS))
LABELS, GROUPS, MAKERS = LABELS[SHUFFLED], GROUPS[SHUFFLED], MAKERS[SHUFFLED]


def accuracy(comparer, task, groups=GROUPS):
    drawn = draw_two_makers(LABELS, MAKERS, task, groups)
    return figures_of([score_episodes(comparer, LABELS, drawn.episodes)])["accuracy"]


def test_a_constant_comparer_scores_0(constant):
    assert accuracy(constant, TwoMakersTask(5, episodes=50)).value == 0


def test_an_oracle_scores_1_and_is_not_certain(oracle):
    figure = accuracy(oracle(LABELS), TwoMakersTask(5, episodes=50))
    assert figure.value == figure.high == 1
    assert 0.9 < figure.low < 1
    # Five queries in each episode.
    assert figure.n == 250


@pytest.mark.parametrize("shots", [1, 2])
def test_a_random_comparer_is_at_chance(chance, shots):
    figure = accuracy(chance, TwoMakersTask(5, shots))
    assert figure.low < 0.2 < figure.high
    assert figure.high - figure.low < 0.06


def test_who_knows_the_hand_alone_is_lost(oracle):
    # All examples are by one maker and no query is: this comparer sees every distance the same.
    assert accuracy(oracle(MAKERS), TwoMakersTask(5, episodes=50)).value == 0


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2)), min_size=2, max_size=60),
    ways=st.integers(2, 4),
    shots=st.integers(1, 2),
    grouped=st.booleans(),
    small_groups=st.sampled_from(["skip", "fewer-ways"]),
)
def test_episodes_keep_their_promises(rows, ways, shots, grouped, small_groups):
    labels, makers = np.array(rows).T
    groups = labels % 2 if grouped else None
    task = TwoMakersTask(ways, shots, episodes=20, small_groups=small_groups)
    most = most_ways_of_two(labels, makers, shots, groups)
    fewer = grouped and small_groups == "fewer-ways"
    if most < (2 if fewer else ways):
        with pytest.raises(DataError, match=f"{ways}-way {shots}-shot between two makers"):
            draw_two_makers(labels, makers, task, groups)
        return
    drawn = draw_two_makers(labels, makers, task, groups)
    for episodes in drawn.episodes:
        trial = np.arange(len(episodes.query))
        own = labels[episodes.support]
        asked = own.shape[1]
        assert asked == ways or (fewer and asked < ways)
        # The shots of a way are different items of one label, the ways of different labels.
        assert (own == own[..., :1]).all()
        assert (np.diff(np.sort(own[..., 0], axis=1), axis=1) > 0).all()
        flat = np.sort(episodes.support.reshape(len(trial), -1), axis=1)
        assert (np.diff(flat, axis=1) > 0).all()
        assert (own[trial, episodes.answer, 0] == labels[episodes.query]).all()
        # One maker shows, another is asked.
        shown = makers[episodes.support]
        assert (shown == shown[:, :1, :1]).all()
        assert (shown[:, 0, 0] != makers[episodes.query]).all()
        # The queries of an episode: every label once, all by one maker.
        assert (np.sort(episodes.answer.reshape(-1, asked), axis=1) == np.arange(asked)).all()
        assert (np.ptp(makers[episodes.query].reshape(-1, asked), axis=1) == 0).all()
        if grouped:
            assert (own % 2 == (labels[episodes.query] % 2)[:, None, None]).all()


def test_the_most_ways_by_brute_force():
    # Maker 0 made labels 0, 1 and 2, maker 1 labels 1 and 2 (2 twice), maker 2 label 0.
    labels = np.array([0, 1, 2, 1, 2, 2, 0])
    makers = np.array([0, 0, 0, 1, 1, 1, 2])
    assert most_ways_of_two(labels, makers) == 2
    # Two examples of a label are there of label 2 by maker 1 alone.
    assert most_ways_of_two(labels, makers, shots=2) == 1
    assert most_ways_of_two(labels, makers, shots=3) == 0


def test_small_groups_are_left_out_and_told(oracle):
    drawn = draw_two_makers(LABELS, MAKERS, TwoMakersTask(7, episodes=40), GROUPS)
    assert (drawn.left_out.tolist(), drawn.fewer.tolist()) == ([1, 2], [])
    queries = np.concatenate([episodes.query for episodes in drawn.episodes])
    assert set(GROUPS[queries]) == {0}
    task = TwoMakersTask(7, episodes=300, small_groups="fewer-ways")
    drawn = draw_two_makers(LABELS, MAKERS, task, GROUPS)
    assert (drawn.left_out.tolist(), drawn.fewer.tolist()) == ([], [1, 2])
    assert sorted(episodes.support.shape[1] for episodes in drawn.episodes) == [3, 6, 7]
    assert accuracy(oracle(LABELS), task).value == 1


def test_a_group_of_one_label_is_left_out_and_not_said_to_be_asked():
    labels, makers = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
    task = TwoMakersTask(3, episodes=9, small_groups="fewer-ways")
    drawn = draw_two_makers(labels, makers, task, groups=np.array([0, 0, 0, 0, 1, 1]))
    assert (drawn.left_out.tolist(), drawn.fewer.tolist()) == ([1], [0])


def test_without_groups_there_are_no_fewer_ways():
    labels, makers = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    task = TwoMakersTask(3, small_groups="fewer-ways")
    with pytest.raises(DataError, match=r"3-way 1-shot .* needs 3 labels .* got 2"):
        draw_two_makers(labels, makers, task)


def test_groups_makers_and_labels_are_drawn_evenly():
    drawn = draw_two_makers(LABELS, MAKERS, TwoMakersTask(3, episodes=6_000), GROUPS)
    (episodes,) = drawn.episodes
    first = episodes.query[::3]
    orders = np.unique(episodes.answer.reshape(-1, 3), axis=0, return_inverse=True)[1].ravel()
    # 3 groups, 4 makers, 8 labels of group 0, 6 orders of answers: each within five deviations of
    # its share.
    in_first = LABELS[episodes.query[GROUPS[episodes.query] == 0]]
    for found, kinds in (
        (GROUPS[first], 3),
        (MAKERS[first], 4),
        (in_first, 8),
        (orders, 6),
        (episodes.query, 0),
    ):
        times = np.bincount(found, minlength=kinds)
        if kinds:
            assert np.abs(times - len(found) / kinds).max() < 5 * (len(found) / kinds) ** 0.5
        else:
            assert (times > 0).all()


def test_the_seed_decides():
    first, again, other = (
        draw_two_makers(LABELS, MAKERS, TwoMakersTask(5, seed=seed), GROUPS).episodes[0]
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.query, again.query)
    assert not np.array_equal(first.query, other.query)


def test_the_batches_that_memory_allows_hold_all_trials(monkeypatch, oracle):
    monkeypatch.setattr("gemel.evaluation.two_makers.CHUNK_FLOATS", 60)
    figure = accuracy(oracle(LABELS), TwoMakersTask(5, episodes=31))
    assert (figure.value, figure.n) == (1, 155)


def test_too_many_ways_say_what_there_is():
    with pytest.raises(DataError, match=r"9-way 1-shot .* 9 labels of one group .* got 8;"):
        draw_two_makers(LABELS, MAKERS, TwoMakersTask(9), GROUPS)
    with pytest.raises(DataError, match=r"2-way 3-shot .* got 0;"):
        draw_two_makers(LABELS, MAKERS, TwoMakersTask(2, 3))


@pytest.mark.parametrize("asked", [(1, 1, 1), (2, 0, 1), (2, 1, 0)])
def test_a_task_that_asks_nothing_is_refused(asked):
    with pytest.raises(RecipeError, match="at least 2 ways, 1 shot and 1 episode"):
        TwoMakersTask(*asked)
