"""What cannot be measured is refused before work is done for it."""

from __future__ import annotations

import json

import pytest

import gemel
from gemel.errors import DataError, RecipeError, RunError
from gemel.measure.question import Question
from gemel.measure.runs import measure_matcher, measure_run
from gemel.progress import Silent
from gemel.run import Run
from heard import Followed


def encodings(followed):
    return [told for told in followed.told if isinstance(told, tuple) and "encoding" in told[0]]


def test_a_target_that_the_matcher_does_not_hold_is_refused_before_items_are_encoded(tiny_run):
    asked, followed = Question(target="far=0.123"), Followed()
    with pytest.raises(RecipeError, match=r"none for 'far=0\.123'"):
        measure_run(tiny_run, None, "verification", asked, followed)
    with pytest.raises(RecipeError, match=r"none for 'far=0\.123'"):
        measure_matcher(tiny_run.matcher, "digits", "verification", asked, followed)
    assert not encodings(followed)


def test_labels_that_were_never_trained_are_refused_before_items_are_encoded(tiny_run):
    followed = Followed()
    with pytest.raises(DataError, match="not on the training side"):
        measure_run(tiny_run, None, "linear-probe", Question(), followed)
    assert not encodings(followed)


@pytest.mark.parametrize(
    ("protocol", "asked", "error", "sentence"),
    [
        ("similarity", {}, DataError, "this data has no scores"),
        ("sequences", {}, RunError, "needs a matcher with a memory"),
        ("few-shot", {"ways": 50}, DataError, "50-way 1-shot needs 50 labels"),
        ("references", {"references": 500}, DataError, "ask for fewer with --references"),
        ("few-shot", {"makers": "two"}, DataError, "--makers two needs data that say who"),
        ("references", {"references": 999}, DataError, "needs a label with more genuine items"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_items_are_encoded(
    tiny_run, protocol, asked, error, sentence
):
    followed = Followed()
    for measured, path in ((measure_run, tiny_run), (measure_matcher, tiny_run.matcher)):
        with pytest.raises(error, match=sentence):
            measured(path, "digits", protocol, Question(**asked), followed)
    assert not encodings(followed)


def test_pairs_by_group_need_groups(tiny_run):
    asked, followed = Question(pairs="by-group"), Followed()
    sentence = "--pairs by-group needs data with groups, and digits has none: .* --pairs sampled"
    for measured, path in ((measure_run, tiny_run), (measure_matcher, tiny_run.matcher)):
        with pytest.raises(DataError, match=sentence):
            measured(path, "digits", "verification", asked, followed)
    assert not encodings(followed)


def test_a_recipe_by_group_measures_its_own_run_without_groups(own_run):
    recipe = own_run.recipe.read_text("utf-8")
    assert 'pairs = "sampled"' in recipe
    own_run.recipe.write_text(recipe.replace('pairs = "sampled"', 'pairs = "by-group"'), "utf-8")
    asked = Question(pairs="by-group")
    assert measure_run(own_run, None, "verification", asked, Silent()).figures


@pytest.mark.parametrize("pairs", ["consecutive", "by-group"])
def test_a_table_of_pairs_has_its_own_and_no_others(tiny_text_run, tmp_path, pairs):
    sentence = f"{pairs} pairs are drawn from labelled items, .* --pairs sampled"
    with pytest.raises(DataError, match=sentence):
        measure_run(tiny_text_run, None, "verification", Question(pairs=pairs), Silent())
    # Where there is nothing to choose they are taken as they are.
    assert measure_run(tiny_text_run, None, "similarity", Question(pairs=pairs), Silent()).figures
    source = json.loads(tiny_text_run.data.read_text("utf-8"))["source"]
    changes = {"evaluation.pairs": pairs, "input.words_of": "data"}
    with pytest.raises(DataError, match=sentence):
        gemel.train(
            source, recipe="text-scores", out=tmp_path / "run", settings=changes, quiet=True
        )
    assert not Run(tmp_path / "run").last_checkpoint.exists()
