"""A recipe may begin from other data: the same network, trained there first, and never twice."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch

from gemel.data import open_data
from gemel.errors import MissingData, RecipeError
from gemel.matcher import load
from gemel.measure.learned import read_learned, without
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.run import Run, read_history
from gemel.training.pretrain import pretrain, pretraining_data, pretraining_of
from gemel.training.request import TrainingRequest
from gemel.training.train import train
from heard import Heard

THINGS = ("car", "cat", "house", "ship", "tree", "stone")
SMALL = ["split.by=pair", "encoder.hidden=8", "encoder.stem.size=8"]


def table(path, frames):
    """left,right,score: 5 where both sentences are about one thing, framed in every way."""
    rows = ["left,right,score"]
    for one in THINGS:
        for other in THINGS:
            for left in frames:
                for right in frames:
                    score = 5 if one == other else 1
                    rows.append(f"{left.format(one)},{right.format(other)},{score}")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return str(path)


@pytest.fixture
def own(tmp_path):
    return table(tmp_path / "own.csv", ("the {}", "one {} here", "a {}"))


@pytest.fixture
def other(tmp_path):
    return table(tmp_path / "other.csv", ("look at the {}", "a {} there", "that {}", "my {}"))


def prepared_plan(own, changes):
    recipe = load_recipe("mueller-2016", [*load_recipe("mueller-2016").small, *SMALL, *changes])
    prepared, recipe = prepare_and_resolve(open_data(own), recipe, Silent())
    return make_plan(recipe, prepared), prepared


def pretrained(plan, prepared, folder):
    first = pretraining_data(plan.recipe, prepared, Silent())
    return pretrain(plan, first, Run(folder / "run"), Silent()).counters


def weights(plan):
    return copy.deepcopy(plan.twin.state_dict())


def equal(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_without_it_nothing_comes_before(own):
    plan, prepared = prepared_plan(own, ["pretraining="])
    assert pretraining_data(plan.recipe, prepared, Silent()) is None


def test_what_was_learned_from_other_pairs_is_known_of_ones_own(own, other, tmp_path):
    # Of vectors that start at random, tuned as fast as the rest, and without decay.
    fast = ["optimizer.layers.stem.learning_rate=4e-3", "optimizer.layers.stem.weight_decay=0"]
    setting = [f"pretraining.data={other}", "pretraining.epochs=20", *fast]
    plan, prepared = prepared_plan(own, setting)
    untrained = plan.validate(plan.twin.eval())["auc"]  # no word is left out
    counters = pretrained(plan, prepared, tmp_path)
    assert counters.epoch == 20
    assert plan.validate(plan.twin.eval())["auc"] > max(0.8, untrained + 0.05)


def test_done_once_it_is_taken_from_its_checkpoint(own, other, tmp_path, monkeypatch):
    setting = [f"pretraining.data={other}", "pretraining.epochs=2"]
    first, prepared = prepared_plan(own, setting)
    pretrained(first, prepared, tmp_path)

    again, prepared = prepared_plan(own, setting)
    monkeypatch.setattr("gemel.training.learner.Learner.learn", None)  # not another step
    pretrained(again, prepared, tmp_path)
    assert equal(weights(again), weights(first))


def test_a_run_begins_with_it_and_counts_its_time(own, other, tmp_path):
    changes = [*load_recipe("mueller-2016").small, *SMALL, "training.epochs=1"]
    changes += [f"pretraining.data={other}", "pretraining.epochs=3"]
    run = train(TrainingRequest(own, "mueller-2016", changes, tmp_path / "run"), Silent())
    came_before = read_history(pretraining_of(run).history)
    assert [row["epoch"] for row in came_before][-1] == 3
    told = load(run.path).file.provenance
    alone = read_history(run.history)[-1]["seconds"]
    assert told["epochs"] == 1
    assert told["training_seconds"] >= round(alone + came_before[-1]["seconds"], 1) - 0.11
    assert json.loads(run.data.read_text("utf-8"))["source"] == own

    # And it remembers what it learned from before.
    _, prepared = prepared_plan(own, changes[-2:])
    first = pretraining_data(load_recipe(run.recipe), prepared, Silent())
    assert without(first, "train", read_learned(run))[1] == len(first.split.pairs.train)


def test_other_kinds_of_items_are_refused(own, tmp_path):
    plan, prepared = prepared_plan(own, ["pretraining.data=digits", "pretraining.epochs=1"])
    with pytest.raises(RecipeError, match=r"items of the kind text.*digits holds .* image"):
        pretrained(plan, prepared, tmp_path)


def test_missing_data_say_how_to_do_without(own, tmp_path):
    setting = [f"pretraining.data={tmp_path / 'nowhere.csv'}", "pretraining.epochs=1"]
    plan, prepared = prepared_plan(own, setting)
    with pytest.raises(MissingData, match=r"nowhere\.csv.*--set pretraining="):
        pretrained(plan, prepared, tmp_path)


def test_what_the_training_holds_out_is_not_learned_from_before(own, tmp_path):
    """Of a table that holds them all, only the others are left to learn from."""

    heard = Heard()
    plan, prepared = prepared_plan(
        own, [f"pretraining.data={grown(own, tmp_path)}", "pretraining.epochs=1"]
    )
    first = pretraining_data(plan.recipe, prepared, heard)
    given, split = prepared.dataset.pairs, prepared.split.pairs
    held = {pair(prepared, row) for side in (split.validation, split.test) for row in side}
    learned = {pair(first, row) for row in first.split.pairs.train}
    assert len(given) == 324
    assert held
    assert learned
    assert not held & learned
    assert any("that own holds out: not learned from" in each for each in heard.sentences)


def grown(own, tmp_path):
    """A table with all pairs of `own` and as many more."""
    more = table(tmp_path / "more.csv", ("look at the {}", "a {} there", "that {}"))
    rows = Path(own).read_text("utf-8") + Path(more).read_text("utf-8").partition("\n")[2]
    (tmp_path / "grown.csv").write_text(rows, "utf-8")
    return str(tmp_path / "grown.csv")


def pair(prepared, row):
    given = prepared.dataset.pairs
    return frozenset(prepared.dataset.items.raw(int(end[row])) for end in (given.left, given.right))
