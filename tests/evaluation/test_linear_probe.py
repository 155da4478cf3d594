"""The linear probe: known truths, a second implementation, and what it must never look at."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from gemel.errors import DataError
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.linear_probe import LabelledEmbeddings, linear_probe


def blobs(count, spread, seed, labels=4):
    """Clouds around the corners of a simplex."""
    rng = np.random.default_rng(seed)
    codes = np.arange(count) % labels
    points = np.eye(labels)[codes] + rng.normal(0, spread, (count, labels))
    return LabelledEmbeddings(points.astype(np.float32), codes)


def accuracy_of(train, validation, test):
    evidence, _ = linear_probe(train, validation, test)
    return figures_of([evidence])["accuracy"]


def test_labels_that_lie_apart_are_all_named():
    sides = [blobs(80, 0.05, seed) for seed in range(3)]
    accuracy = accuracy_of(*sides)
    assert (accuracy.value, accuracy.n) == (1.0, 80)
    assert accuracy.low < 1


def test_the_interval_of_few_mistakes_is_wilsons():
    train, validation, test = blobs(80, 0.05, 0), blobs(80, 0.05, 1), blobs(20, 0.05, 2)
    test.labels[0] = 3  # of 0
    accuracy = accuracy_of(train, validation, test)
    # One mistake in 20: the centre is (0.95 + 3.8415/40) / (1 + 3.8415/20) = 0.8775, the reach
    # 1.96/1.1921 · √(0.95 · 0.05/20 + 3.8415/1600) = 0.1136.
    assert accuracy.value == 0.95
    assert accuracy.low == pytest.approx(0.7639, abs=1e-4)
    assert accuracy.high >= 0.9911


def test_embeddings_that_say_nothing_give_chance_within_the_interval():
    rng = np.random.default_rng(0)
    sides = [
        LabelledEmbeddings(rng.normal(size=(400, 5)).astype(np.float32), rng.integers(4, size=400))
        for _ in range(3)
    ]
    accuracy = accuracy_of(*sides)
    assert accuracy.low <= 0.25 <= accuracy.high


def test_a_constant_network_scores_the_commonest_label_and_no_more():
    labels = np.array([0] * 6 + [1] * 4)
    side = LabelledEmbeddings(np.ones((10, 3), np.float32), labels)
    assert accuracy_of(side, side, side).value == pytest.approx(0.6)


def test_another_linear_classifier_names_nearly_the_same():
    train, validation, test = blobs(600, 0.4, 0), blobs(200, 0.4, 1), blobs(600, 0.4, 2)
    ours = accuracy_of(train, validation, test).value
    ridge = RidgeClassifier().fit(train.embeddings, train.labels)
    assert ours == pytest.approx(ridge.score(test.embeddings, test.labels), abs=0.03)


def test_units_of_the_numbers_do_not_matter():
    sides = [blobs(120, 0.4, seed) for seed in range(3)]
    scaled = [
        LabelledEmbeddings(side.embeddings * [1, 1e3, 1e-3, 7], side.labels) for side in sides
    ]
    one, other = accuracy_of(*sides), accuracy_of(*scaled)
    assert one == other
    assert one.value < 1


def test_regularisation_is_chosen_on_validation_items_and_not_on_test_items():
    """Few training items in many directions: strong where they mislead, weak where they do not."""
    rng = np.random.default_rng(0)
    codes = np.arange(40) % 2
    train = LabelledEmbeddings(rng.normal(size=(40, 60)).astype(np.float32), codes)
    # To a side of other noise all is chance; the training items themselves are best fitted weakly.
    misled = LabelledEmbeddings(rng.normal(size=(400, 60)).astype(np.float32), np.arange(400) % 2)
    chosen = {
        (name, held): linear_probe(train, side, held_side)[1]
        for name, side in (("train", train), ("misled", misled))
        for held, held_side in (("train", train), ("misled", misled))
    }
    assert chosen["train", "misled"] == chosen["train", "train"]
    assert chosen["misled", "train"] == chosen["misled", "misled"]
    assert chosen["train", "misled"] != chosen["misled", "train"]


def test_the_last_fit_is_on_training_and_validation_items():
    """The training side has the first label where it hardly says anything; validation says it."""
    near = LabelledEmbeddings(
        np.float32([[0.0, 0], [0.1, 0], [9, 0], [9, 1]]), np.array([0, 0, 1, 1])
    )
    far = LabelledEmbeddings(np.float32([[30, 0]] * 20), np.zeros(20, np.int64))
    asked = LabelledEmbeddings(np.float32([[30, 0]]), np.array([0]))
    assert accuracy_of(near, near, asked).value == 0
    assert accuracy_of(near, far, asked).value == 1


def test_labels_that_were_never_trained_are_refused_with_a_way_out():
    train, test = blobs(40, 0.1, 0, labels=3), blobs(40, 0.1, 1, labels=4)
    with pytest.raises(DataError, match=r"1 of 4 test labels are not .* split.by=item"):
        linear_probe(train, train, test)
