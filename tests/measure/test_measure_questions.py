"""Few-shot between two makers, and verification with forgeries, asked of a run."""

from __future__ import annotations

import numpy as np
import pytest

import gemel
from gemel.data import open_data
from gemel.errors import DataError
from gemel.evaluation.across import TwoSides
from gemel.measure import subject
from gemel.measure.candidates import Candidates
from gemel.measure.question import Question
from gemel.measure.runs import measure_run
from gemel.progress import Silent
from gemel.recipe.files import load_recipe


def measured(run, data, protocol="few-shot", progress=Silent(), **question):
    return measure_run(run, data, protocol, Question(**question), progress)


def test_two_makers_within_a_group(tiny_run, written):
    question = {"within_group": True, "makers": "two", "ways": 4}
    answer = measured(tiny_run, written, **question)
    # 1,000 episodes of four queries.
    assert answer.figures["accuracy@4-way-1-shot"].n == 4_000
    assert answer.data == "written (all, within groups, two makers)"
    assert answer.notices == ("1 of 2 groups has fewer than 4 labels and is left out: 1.",)
    fewer = measured(tiny_run, written, small_groups="fewer-ways", **question)
    assert fewer.figures["accuracy"].n < 4_000
    assert "is asked with those it has" in fewer.notices[0]


def test_groups_too_small_are_told_of_whoever_made_the_items(tiny_run, written):
    answer = measured(tiny_run, written, within_group=True, ways=4)
    assert answer.notices == ("1 of 2 groups has fewer than 4 labels and is left out: 1.",)
    assert measured(tiny_run, written, within_group=True, ways=3).notices == ()


def test_groups_too_small_are_told_of_across_two_sides():
    """A label has an item on the left and two on the right; group 1 has two labels of five."""
    labels = np.repeat(np.arange(5), 3)
    left = np.arange(15) % 3 == 0
    sides = TwoSides(labels, np.flatnonzero(left), np.flatnonzero(~left))
    candidates = Candidates(labels, labels // 3, None, ("A", "B"), "skip", sides)
    told = ("1 of 2 groups has fewer than 3 labels and is left out: B.",)
    assert candidates.episodes(3, 2, seed=0, trials=5)[1] == told
    assert candidates.episodes(2, 2, seed=0, trials=5)[1] == ()


def test_what_is_left_open_is_as_much_as_the_data_allow(tiny_run, written):
    answer = measured(tiny_run, written, makers="two")
    assert list(answer.figures)[:2] == ["accuracy", "accuracy@5-way-1-shot"]


def test_more_shots_than_a_maker_has_made_are_refused(tiny_run, written):
    with pytest.raises(DataError, match=r"2-way 9-shot between two makers needs .* got 0;"):
        measured(tiny_run, written, makers="two", shots=9)


def test_two_makers_need_to_be_known(tiny_run):
    with pytest.raises(DataError, match="--makers two needs data that say who or what made"):
        measured(tiny_run, None, makers="two")


def test_forgeries_are_told_apart_and_name_nobody(tiny_run, written):
    figures = measured(tiny_run, written, protocol="verification").figures
    # 7 labels of 9 genuine items and 3 forgeries: 7·36 pairs match, 7·27 are skilled, 21·81 random.
    assert figures["frr"].n == 7 * 36
    assert figures["far@skilled"].n == 7 * 27
    assert figures["far@random"].n == 21 * 81
    assert figures["far"].n == 7 * 27 + 21 * 81
    assert measured(tiny_run, written, protocol="retrieval").figures["recall@1"].n == 63


def test_consecutive_pairs_are_genuine(tiny_run, written):
    figures = measured(tiny_run, written, protocol="verification", pairs="consecutive").figures
    assert figures["auc"].n == 2 * 7 * 8
    assert open_data(written).genuine.sum() == 63


def test_no_more_pairs_than_asked_are_looked_at_whatever_they_are(tiny_run, written):
    asked = {"protocol": "verification", "pairs": "consecutive"}
    assert measured(tiny_run, written, most_pairs=40, **asked).figures["auc"].n == 40
    every = measured(tiny_run, written, most_pairs=2 * 7 * 8, **asked)
    assert every.tree() == measured(tiny_run, written, **asked).tree()


def test_few_shot_asks_less_where_comparing_is_dear_unless_it_is_told_what_to_ask(
    tiny_run, monkeypatch
):
    recipe = load_recipe(tiny_run.recipe, ["evaluation.most_pairs="])
    size = gemel.load(tiny_run.path).file.embedding_size
    monkeypatch.setattr(subject, "MOST_NUMBERS", 3 * size * 500)

    def trials(**asked):
        answer = measure_run(tiny_run, None, "few-shot", Question.of(recipe, **asked), Silent())
        return {name: figure.n for name, figure in answer.figures.items()}

    assert trials()["accuracy@3-way-1-shot"] == 500
    assert trials()["accuracy@3-way-5-shot"] == 100
    assert trials(ways=3)["accuracy"] == 10_000
