"""Checking against a few references: by hand, and that figures are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from gemel.errors import DataError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.questioned import Makings, ReferencesTask, score_questioned, scores
from gemel.evaluation.references import references as evidence_of


def on_a_line(spots):
    spots = np.array(spots, np.float32)[:, None]
    return EmbeddingComparer(spots, lambda a, b: np.abs(a - b.transpose(0, 2, 1)))


class TestScores:
    comparer = on_a_line([0, 1, 5, 2])
    known, questioned = np.array([0, 1, 2]), np.array([3])

    @pytest.mark.parametrize(
        ("aggregate", "relative", "expected"),
        [
            # Distances of 2 to 0, 1 and 5: 2, 1, 3. References are 1, 5 and 4 apart: mean 10/3.
            ("mean", "no", 2),
            ("min", "no", 1),
            ("mean", "difference", 2 - 10 / 3),
            ("mean", "part", 2 - 0.75 * 10 / 3),
            # Each one's nearest is 1, 1 and 4 away: mean 2.
            ("min", "ratio", 1 / 2),
        ],
    )
    def test_by_hand(self, aggregate, relative, expected):
        task = ReferencesTask(references=3, aggregate=aggregate, relative=relative)
        (score,) = scores(self.comparer, self.known, self.questioned, task)
        assert score == pytest.approx(expected)

    def test_there_is_no_ratio_to_distances_below_zero(self):
        logits = EmbeddingComparer(
            np.zeros((4, 1), np.float32), lambda a, b: a - b.transpose(0, 2, 1) - 2
        )
        task = ReferencesTask(references=3, relative="ratio")
        with pytest.raises(DataError, match=r"a zero, and .* are -2 on average"):
            scores(logits, self.known, self.questioned, task)

    def test_one_reference_has_no_distances_between(self):
        with pytest.raises(DataError, match="--relative needs two references or more, got 1"):
            ReferencesTask(references=1, relative="ratio")


def crowd(people=6, genuine=8, forged=4, apart=10.0, seed=0):
    """Everybody's genuine items around a spot of their own, forgeries 3 to its right."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(people), genuine + forged)
    real = np.tile(np.arange(genuine + forged) < genuine, people)
    spots = labels * apart + rng.normal(scale=0.3, size=len(labels)) + 3.0 * ~real
    return spots, labels, real


def references(comparer, items, task):
    return figures_of([evidence_of(comparer, items, task)])


class TestReferences:
    def test_what_lies_apart_is_told_apart(self):
        spots, labels, real = crowd()
        figures = references(on_a_line(spots), Makings(labels, real), ReferencesTask())
        assert figures["eer@skilled"].value == 0
        assert figures["tar@skilled-far=0.2"].value == 1
        assert figures["tar@skilled-far=0.2"].n == 6 * 3
        assert figures["eer@random"].n == 6 * (3 + 40)

    def test_a_constant_comparer_is_at_chance(self):
        _, labels, real = crowd()
        figures = references(
            on_a_line(np.zeros(len(labels))), Makings(labels, real), ReferencesTask()
        )
        assert figures["auc"].value == pytest.approx(0.5)
        # All are accepted at once or none is: none, while 80 % of forgeries must be caught.
        assert figures["tar@skilled-far=0.2"].value == 0

    def test_no_reference_is_questioned_and_forgeries_are_never_references(self):
        spots, labels, real = crowd(people=2, genuine=4, forged=3)
        asked = score_questioned(
            on_a_line(spots), Makings(labels, real), ReferencesTask(references=3)
        )
        assert asked.genuine.sum() == 2
        assert asked.skilled.sum() == 6
        assert (~asked.genuine & ~asked.skilled).sum() == 2 * 4

    def test_references_are_of_one_session(self):
        labels, makers = np.zeros(8, int), np.array([1, 1, 1, 1, 2, 2, 2, 2])
        spots = np.where(makers == 1, 0.0, 100.0)
        real = np.full(8, True)
        task = ReferencesTask(references=3)
        asked = score_questioned(on_a_line(spots), Makings(labels, real, makers), task)
        # Three of session 1 are known: its fourth is at 0, the four of session 2 are at 100.
        assert sorted(asked.score.tolist()) == [0, 100, 100, 100, 100]

    def test_without_forgeries_all_are_random(self):
        spots, labels, _ = crowd(forged=0)
        figures = references(
            on_a_line(spots), Makings(labels, np.full(len(labels), True)), ReferencesTask()
        )
        assert set(figures) == {"eer", "label_eer", "auc", "tar@far=0.2"}

    def test_of_one_writer_there_are_no_random_forgeries(self):
        spots, labels, real = crowd(people=1)
        figures = references(on_a_line(spots), Makings(labels, real), ReferencesTask())
        assert figures["eer@skilled"].value == 0
        assert not any("random" in name for name in figures)

    def test_careful_signers_are_held_to_it(self):
        # One signs within 0.1, the other within 3; both are forged at twice their own spread.
        rng = np.random.default_rng(0)
        spread = np.repeat([0.1, 3.0], 30)
        real = np.tile(np.arange(30) < 20, 2)
        spots = np.where(real, rng.uniform(-1, 1, 60), rng.choice([-3, 3], 60)) * spread
        items = Makings(np.repeat([0, 1], 30), real)
        plain, ratio = (
            references(on_a_line(spots), items, ReferencesTask(relative=relative))
            for relative in ("no", "ratio")
        )
        assert ratio["eer@skilled"].value < plain["eer@skilled"].value

    def test_each_label_has_its_own_threshold(self):
        # One's genuine items are up to 6 apart, the other's forgeries 3 to 5 from her genuine ones.
        spots = np.array([0, 3, 6, 20, -20, 100, 100.5, 101, 104, 96])
        items = Makings(np.repeat([0, 1], 5), np.tile([True, True, True, False, False], 2))
        figures = references(on_a_line(spots), items, ReferencesTask(references=1, forgers=0))
        assert figures["label_eer@skilled"].value == 0 < figures["eer@skilled"].value

    def test_the_mean_over_labels_weighs_each_once(self):
        # At chance for the one who has all items in one spot, perfect for the other, who has a
        # third as many items: the mean of 1/2 and 0.
        spots = np.concatenate([np.zeros(18), [100, 100, 100, 100, 150, 150]])
        real = np.concatenate([np.arange(18) < 9, [True] * 4, [False] * 2])
        items = Makings(np.repeat([0, 1], [18, 6]), real)
        figures = references(on_a_line(spots), items, ReferencesTask(references=3, forgers=0))
        assert figures["label_eer@skilled"].value == pytest.approx(1 / 4)

    def test_too_few_items_are_said(self):
        spots, labels, real = crowd(genuine=5)
        with pytest.raises(DataError, match="ask for fewer with --references"):
            references(on_a_line(spots), Makings(labels, real), ReferencesTask(references=5))
