"""Sequences: what is drawn, and answers whose score is known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError, RecipeError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.sequences import (
    Sequences,
    SequenceTask,
    draw_sequences,
    score_sequences,
)

LABELS = np.repeat(np.arange(8), 12)
TASK = SequenceTask(ways=5, items=6, trials=150, seed=3)


def test_a_sequence_has_each_class_so_often_and_no_item_twice():
    for drawn in draw_sequences(LABELS, TASK):
        for items, classes in zip(drawn.items, drawn.classes, strict=True):
            assert np.bincount(classes).tolist() == [6] * 5
            assert len(set(items)) == 30
            for one in range(5):
                assert len(set(LABELS[items[classes == one]])) == 1


def test_classes_are_numbered_anew_in_every_sequence():
    drawn = next(draw_sequences(LABELS, TASK))
    assert set(drawn.classes[LABELS[drawn.items] == 0].tolist()) == set(range(5))


def test_the_same_seed_draws_the_same_and_another_seed_others():
    first, again = (next(draw_sequences(LABELS, TASK)).items for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = next(draw_sequences(LABELS, SequenceTask(5, 6, 150, seed=4))).items
    assert not np.array_equal(first, other)


def test_instances_are_counted_in_time():
    drawn = Sequences(np.zeros((2, 5), int), np.array([[0, 1, 0, 0, 1], [1, 1, 1, 0, 0]]))
    assert drawn.instances().tolist() == [[1, 1, 2, 3, 2], [1, 2, 3, 1, 2]]


def test_one_that_remembers_is_right_from_the_second_instance_on():
    def remembers(drawn):
        # Told of the items before, it names those whose label it has met; else it says class 0.
        labels = LABELS[drawn.items]
        answers = np.ones((*drawn.items.shape, 5), np.float32)
        for s, t in np.ndindex(drawn.items.shape):
            met = np.flatnonzero(labels[s, :t] == labels[s, t])
            answers[s, t, drawn.classes[s, met[0]] if len(met) else 0] = 0
        return answers

    figures = figures_of([score_sequences(remembers, LABELS, TASK)])
    assert figures["accuracy@instance=1"].value == pytest.approx(0.2, abs=0.05)
    assert [figures[f"accuracy@instance={k}"].value for k in range(2, 7)] == [1] * 5
    assert figures["accuracy"] == figures["accuracy@instance=2"]
    assert figures["accuracy"].n == 150 * 5


def test_one_that_says_the_same_of_everything_scores_nothing():
    def constant(drawn):
        return np.zeros((*drawn.items.shape, 5), np.float32)

    assert figures_of([score_sequences(constant, LABELS, TASK)])["accuracy"].value == 0


def test_one_that_guesses_scores_chance():
    rng = np.random.default_rng(0)

    def guesses(drawn):
        return rng.random((*drawn.items.shape, 5), np.float32)

    for figure in figures_of([score_sequences(guesses, LABELS, TASK)]).values():
        assert figure.value == pytest.approx(0.2, abs=0.05)  # 750 answers: 3 deviations are .044


def test_too_few_items_are_refused():
    with pytest.raises(DataError, match="need 5 labels with 13 items each, got 0"):
        next(draw_sequences(LABELS, SequenceTask(5, 13)))
    with pytest.raises(RecipeError, match=r"at least 2 classes, 2 items of each .*got 1 classes"):
        SequenceTask(1)


def nearest_is_right(drawn, classes):
    distances = np.ones((*drawn.items.shape, classes), np.float32)
    np.put_along_axis(distances, drawn.classes[..., None], 0, -1)
    return distances


def test_mistakes_on_one_label_say_little_of_others():
    def forgets(drawn):
        distances = nearest_is_right(drawn, 8)
        distances[:12][LABELS[drawn.items[:12]] == 7] = 0
        return distances

    task = SequenceTask(ways=8, items=3, trials=100)
    figures = figures_of([score_sequences(forgets, LABELS, task)])
    # 12 mistakes of 800. Wilson's for 4 trials of each of 8 labels: the centre is
    # (0.985 + 3.8415/64) / (1 + 3.8415/32) = 0.9330, the reach
    # 1.96/1.1200 · √(0.985 · 0.015/32 + 3.8415/4096) = 0.0655.
    for name in ("accuracy", "accuracy@instance=3"):
        assert figures[name].value == pytest.approx(0.985)
        assert figures[name].low == pytest.approx(0.8675, abs=2e-4)
        assert figures[name].high >= 0.9984


def test_all_folds_decide_whether_few_labels_miss():
    def fold(missed, sequences):
        def forgets(drawn):
            distances = nearest_is_right(drawn, 8)
            distances[:sequences][np.isin(LABELS[drawn.items[:sequences]], missed)] = 0
            return distances

        return score_sequences(forgets, LABELS, SequenceTask(ways=8, items=3, trials=100))

    folds = [fold([0], 2), fold(range(8), 1)]  # one label misses twice, and then all of them once
    forth, back = figures_of(folds), figures_of(folds[::-1])
    for name in ("accuracy", "accuracy@instance=3"):
        assert forth[name].low == pytest.approx(back[name].low, abs=1e-3)
        assert forth[name].low > 0.98  # Wilson's would be 0.88


def test_a_memory_for_more_classes_answers_among_those_of_the_sequence():
    def of_more(drawn):
        distances = nearest_is_right(drawn, 5)
        distances[..., 3:] = -1
        return distances

    task = SequenceTask(ways=3, items=2, trials=10)
    assert figures_of([score_sequences(of_more, LABELS, task)])["accuracy"].value == 1
