"""`gemel tune` as a script uses it."""

from __future__ import annotations

import json
import sys

import pytest

TINY = ("--set", "training.epochs=1", "--set", "encoder.width=4", "--set", "batch.size=256")
RATE = ("--set", 'tune={"optimizer.learning_rate" = {low = 1e-4, high = 1e-2, log = true}}')


def test_a_search_ends_with_a_recipe_to_train_with(gemel, tmp_path):
    command = ("tune", "digits", "--recipe", "default", *TINY, *RATE)
    done = gemel(*command, "--study", "mine.jsonl", "--trials", 1, "--json")
    found = json.loads(done.out)
    assert (done.status, found["complete"], found["failed"]) == (0, 1, 0)
    assert found["recipe"] == "mine/best.toml"
    assert 0 < found["value"] <= 1
    again = gemel(*command, "--study", "mine.jsonl", "--trials", 1)
    assert "1 trial: 1 completed" in again.out
    assert "gemel train digits --recipe mine/best.toml" in again.out
    other = gemel(*command, "--set", "seed=3", "--study", "mine.jsonl", "--trials", 1)
    assert "the study mine.jsonl is of recipe default" in other.refusal


def test_a_recipe_without_ranges_is_refused(gemel):
    refusal = gemel("tune", "digits", "--recipe", "default", "--trials", 1).refusal
    assert "a search needs a recipe with a section [tune], and default has none" in refusal


@pytest.mark.parametrize("package", ["optuna", "filelock"])
def test_without_a_package_it_says_what_to_install(package, gemel, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("gemel.tuning")]:
        monkeypatch.delitem(sys.modules, name)
    # What the import leaves in the package is not the room that other tests have.
    whole = sys.modules["gemel"]
    monkeypatch.setattr(whole, "tuning", getattr(whole, "tuning", None), raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    refusal = gemel("tune", "digits", "--recipe", "default").refusal
    assert "pip install 'gemel[tune]'" in refusal


def test_data_and_a_recipe_are_needed(gemel):
    assert gemel("tune", "digits").status == 2
    assert gemel("tune", "--recipe", "default").status == 2
    assert gemel("tune", "digits", "--recipe", "default", "--trials", 0).status == 2
