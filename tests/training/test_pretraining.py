"""A recipe may begin from other data: the same network, trained there first, and never twice."""

from __future__ import annotations

import copy
import json

import pytest
import torch

from gemel.data import open_data
from gemel.errors import MissingData, RecipeError
from gemel.matcher import load
from gemel.measure.history import read_history
from gemel.progress import Silent
from gemel.recipe import load_recipe
from gemel.run import Run
from gemel.training.pretrain import pretrain, pretraining_of
from gemel.training.train import Order, make_plan, prepare_for, train

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
    prepared, recipe = prepare_for(open_data(own), recipe, Silent())
    return make_plan(recipe, prepared), prepared.packed.readers


def weights(plan):
    return copy.deepcopy(plan.twin.state_dict())


def equal(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_without_it_nothing_comes_before(own, tmp_path):
    plan, readers = prepared_plan(own, ["pretraining="])
    before = weights(plan)
    assert pretrain(plan, readers, Run(tmp_path / "run"), Silent()) is None
    assert equal(weights(plan), before)


def test_what_was_learned_from_other_pairs_is_known_of_ones_own(own, other, tmp_path):
    # Of vectors that start at random, tuned as fast as the rest, and without decay.
    fast = ["optimizer.layers.stem.learning_rate=4e-3", "optimizer.layers.stem.weight_decay=0"]
    setting = [f"pretraining.data={other}", "pretraining.epochs=20", *fast]
    plan, readers = prepared_plan(own, setting)
    untrained = plan.validate(plan.twin.eval())["auc"]  # no word is left out
    counters = pretrain(plan, readers, Run(tmp_path / "run"), Silent())
    assert counters.epoch == 20
    assert plan.validate(plan.twin.eval())["auc"] > max(0.8, untrained + 0.05)


def test_done_once_it_is_taken_from_its_checkpoint(own, other, tmp_path, monkeypatch):
    setting = [f"pretraining.data={other}", "pretraining.epochs=2"]
    first, readers = prepared_plan(own, setting)
    run = Run(tmp_path / "run")
    pretrain(first, readers, run, Silent())

    again, readers = prepared_plan(own, setting)
    monkeypatch.setattr("gemel.training.loop.Trainer._update", None)  # not another step
    pretrain(again, readers, run, Silent())
    assert equal(weights(again), weights(first))


def test_a_run_begins_with_it_and_counts_its_time(own, other, tmp_path):
    changes = [*load_recipe("mueller-2016").small, *SMALL, "training.epochs=1"]
    changes += [f"pretraining.data={other}", "pretraining.epochs=3"]
    run = train(Order(own, "mueller-2016", changes, tmp_path / "run"), Silent())
    came_before = read_history(pretraining_of(run).history)
    assert [row["epoch"] for row in came_before][-1] == 3
    told = load(run.path).file.provenance
    alone = read_history(run.history)[-1]["seconds"]
    assert told["epochs"] == 1
    assert told["training_seconds"] >= round(alone + came_before[-1]["seconds"], 1) - 0.11
    assert json.loads(run.data.read_text("utf-8"))["source"] == own


def test_other_kinds_of_items_are_refused(own, tmp_path):
    plan, readers = prepared_plan(own, ["pretraining.data=digits", "pretraining.epochs=1"])
    with pytest.raises(RecipeError, match=r"items of the kind text.*digits holds .* image"):
        pretrain(plan, readers, Run(tmp_path / "run"), Silent())


def test_missing_data_say_how_to_do_without(own, tmp_path):
    setting = [f"pretraining.data={tmp_path / 'nowhere.csv'}", "pretraining.epochs=1"]
    plan, readers = prepared_plan(own, setting)
    with pytest.raises(MissingData, match=r"nowhere\.csv.*--set pretraining="):
        pretrain(plan, readers, Run(tmp_path / "run"), Silent())
