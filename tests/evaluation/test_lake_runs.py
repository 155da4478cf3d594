from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import ItemError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.hausdorff import HausdorffComparer, ink_points, modified_hausdorff
from gemel.evaluation.intervals import wilson
from gemel.evaluation.lake_runs import ASSIGNED, LakeRun, lake_runs, right_is_assigned
from heard import Followed


def runs(count=3, classes=5):
    rng = np.random.default_rng(0)
    made, labels = [], []
    for run in range(count):
        first = run * 2 * classes
        answer = rng.permutation(classes)
        test, training = first + np.arange(classes), first + classes + np.arange(classes)
        made.append(LakeRun(test, training, answer))
        labels.append(np.concatenate([answer, np.arange(classes)]))
    return made, np.concatenate(labels)


def accuracy(comparer, made):
    return figures_of([lake_runs(comparer, made)])["accuracy"]


def test_an_oracle_recognises_all_and_a_constant_none(oracle, constant):
    made, labels = runs()
    best = accuracy(oracle(labels), made)
    assert best.value == 1
    # Three runs of five: worth no more than four trials each where nothing varies.
    assert best.low == pytest.approx(wilson(12, 12)[0])
    assert accuracy(constant, made).value == 0


def test_every_run_is_told_when_it_is_answered(constant):
    followed = Followed()
    lake_runs(constant, runs()[0], progress=followed)
    assert followed.told == [("answering runs", 3), 1, 2, 3]


def test_mistakes_in_one_run_say_little_of_other_runs(oracle):
    made, labels = runs(count=20)
    labels[made[0].test[0]] = labels[made[0].training[made[0].answer[0] - 1]]
    figure = accuracy(oracle(labels), made)
    # One mistake in 100. Wilson's for 4 trials of each of 20 runs: the centre is
    # (0.99 + 3.8415/160) / (1 + 3.8415/80) = 0.9675, the reach 0.0309.
    assert (figure.value, figure.n) == (0.99, 100)
    assert figure.low == pytest.approx(0.9366, abs=1e-4)
    assert figure.high >= 0.9984


def test_assigned_one_to_one_an_item_gets_what_the_others_leave():
    distances = np.array([[1.0, 2.0, 9.0], [1.0, 4.0, 9.0], [5.0, 5.0, 6.0]])
    # One by one, the second item takes the first example too, and the third either of two. Of the
    # six assignments the sums are 11, 15, 9, 16, 15 and 18: the third is the least, (1, 0, 2).
    assert right_is_assigned(distances, np.array([1, 0, 2])).tolist() == [True] * 3
    assert right_is_assigned(distances, np.array([0, 1, 2])).tolist() == [False, False, True]


def test_assignments_do_not_depend_on_the_unit_of_distance():
    distances = 1e-12 * np.array([[1.0, 2.0], [2.0, 1.0]])
    assert right_is_assigned(distances, np.array([0, 1])).tolist() == [True, True]


def test_assignments_of_an_oracle_are_right_and_those_of_a_constant_are_not(oracle, constant):
    made, labels = runs()
    assert figures_of([lake_runs(oracle(labels), made)])[ASSIGNED].value == 1
    assert figures_of([lake_runs(constant, made)])[ASSIGNED].value == 0


def test_a_reader_answers_in_place_of_distances(constant):
    made, labels = runs()

    def read(episodes):
        return labels[episodes.support[..., 0]] != labels[episodes.query][:, None]

    assert figures_of([lake_runs(constant, made, read)])["accuracy"].value == 1


def test_a_random_comparer_is_at_chance(chance):
    made, _ = runs(count=40)
    figure = accuracy(chance, made)
    assert figure.low < 1 / 5 < figure.high
    assert figure.n == 200


def test_the_interval_knows_that_trials_of_a_run_are_alike():
    """Runs as unlike as alphabets are: the share that a run has right is drawn for each."""
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(60):
        made, labels = runs(count=20, classes=20)
        hard = rng.beta(4, 1.5, size=20)  # mean 8/11, standard deviation 0.17
        fails = rng.random(400) > np.repeat(hard, 20)

        class Partly:
            def __init__(self, labels, wrong):
                self.labels, self.wrong = labels, wrong

            def pairs(self, left, right):
                same = self.labels[left] == self.labels[right]
                return np.where(self.wrong[left], same, ~same).astype(np.float32)

        wrong = np.zeros(800, bool)
        wrong[np.concatenate([run.test for run in made])] = fails
        figure = accuracy(Partly(labels, wrong), made)
        assert figure.n == 400
        covered.append(figure.low <= 8 / 11 <= figure.high)
    assert np.mean(covered) >= 0.85  # trials taken for independent: 0.6


def test_the_score_is_the_mean_over_trials():
    class Listed:
        def pairs(self, left, right):
            return np.abs(left - right).astype(np.float32)

    # Items 0 and 3 against examples 1 and 2: 0 is nearest to 1, 3 to 2.
    both = LakeRun(np.array([0, 3]), np.array([1, 2]), np.array([0, 1]))
    # 0 is asked for the farther one.
    none = LakeRun(np.array([0]), np.array([1, 2]), np.array([1]))
    figure = accuracy(Listed(), [both, none])
    assert figure.value == pytest.approx(2 / 3)
    assert figure.n == 3


def test_modified_hausdorff_by_hand():
    left = np.array([[0.0, 0.0], [0.0, 2.0]])
    right = np.array([[0.0, 0.0], [0.0, 3.0], [4.0, 2.0]])
    # From left: 0 and 1, mean ½. From right: 0, 1 and 4, mean 5/3.
    assert modified_hausdorff(left, right) == pytest.approx(5 / 3)
    assert modified_hausdorff(right, left) == pytest.approx(5 / 3)


def test_hausdorff_compares_pairs_and_crosses_alike():
    rng = np.random.default_rng(0)
    comparer = HausdorffComparer([rng.normal(size=(n, 2)) for n in (3, 7, 5)])
    cross = comparer.cross(np.array([0, 1]), np.array([1, 2]))
    np.testing.assert_array_equal(
        cross.ravel(), comparer.pairs(np.array([0, 0, 1, 1]), np.array([1, 2, 1, 2]))
    )
    # By loops, as the paper's formula reads.
    a, b = comparer.points[0], comparer.points[2]
    forth = np.mean([min(np.hypot(*(p - q)) for q in b) for p in a])
    back = np.mean([min(np.hypot(*(p - q)) for p in a) for q in b])
    assert cross[0, 1] == pytest.approx(max(forth, back))
    assert cross[1, 0] == pytest.approx(0, abs=1e-6)


def test_where_a_drawing_stands_does_not_matter():
    ink = np.zeros((20, 20), bool)
    ink[3:6, 4] = ink[5, 4:9] = True
    np.testing.assert_allclose(
        ink_points(np.roll(ink, (7, 5), (0, 1))), ink_points(ink), atol=1e-12
    )


def test_a_drawing_without_ink_is_refused():
    with pytest.raises(ItemError, match="must hold some ink"):
        ink_points(np.zeros((5, 5), bool))
