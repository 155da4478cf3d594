"""`import gemel`, and training as one call."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import gemel
from gemel.data import open_data
from gemel.errors import MissingExtra, RecipeError, RunError
from gemel.recipe.files import load_recipe

HEAVY = ("torch", "sklearn", "matplotlib", "lightning_fabric", "pyarrow", "jinja2", "onnx")


def loaded_after(program: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after a program."""
    told = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in told.stdout.split()}


def test_importing_gemel_costs_nothing():
    assert not loaded_after("import gemel") & {"numpy", "pydantic", "typer", "PIL", *HEAVY}


def test_what_it_offers_is_found_where_it_lives():
    assert gemel.__version__ == version("gemel")
    for name in set(gemel.__all__) - {"__version__"}:
        assert getattr(gemel, name).__name__ == name
    assert dir(gemel) == sorted(gemel.__all__)
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = gemel.trian


def test_without_torch_training_says_what_to_install():
    program = """
import sys
sys.modules["torch"] = None
import gemel
try:
    gemel.train("digits")
except gemel.GemelError as error:
    print(type(error).__name__, error)
"""
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("MissingExtra training needs the package torch")
    assert "pip install 'gemel[train]'" in told.stdout
    assert issubclass(MissingExtra, ImportError)


def test_settings_may_be_said_as_words_or_as_values(monkeypatch):
    monkeypatch.setattr(
        "gemel.training.train.train", lambda request, _: load_recipe("default", request.changes)
    )
    values = {
        "encoder.name": "mlp",
        "encoder.widths": [8, 4],
        "training.compile": False,
        "about": '1 "test"',
    }
    words = ["encoder.name=mlp", "encoder.widths=[8, 4]", "training.compile=false"]
    recipe = gemel.train("digits", epochs=3, seed=5, settings=values)
    assert recipe.encoder.widths == (8, 4)
    assert recipe.training.compile is False
    assert (recipe.training.epochs, recipe.training.minutes, recipe.seed) == (3, None, 5)
    assert recipe.about == '1 "test"'
    assert gemel.train("digits", epochs=3, seed=5, settings=[*words, 'about=1 "test"']) == recipe


def test_settings_may_be_numbers_of_numpy_and_paths(monkeypatch):
    monkeypatch.setattr("gemel.training.train.train", lambda request, _: request.changes)
    values = {"a": np.float32(0.5), "b": np.int64(3), "c": Path("x/y"), "d": None}
    told = [("a", 0.5), ("b", 3), ("c", "x/y"), ("d", None)]
    changes = gemel.train("digits", settings=values)
    assert changes == told
    assert [type(value) for _, value in changes[:2]] == [float, int]
    layers = {"conv1": {"learning_rate": 0.1, "kinds": ("a", True)}}
    (change,) = gemel.train("digits", settings={"optimizer.layers": layers})
    kept = {"conv1": {"learning_rate": 0.1, "kinds": ["a", True]}}
    assert change == ("optimizer.layers", kept)


def test_a_word_stays_a_word_whatever_it_looks_like(monkeypatch):
    monkeypatch.setattr(
        "gemel.training.train.train", lambda request, _: load_recipe("default", request.changes)
    )
    about = 'about = "3"\n[x]  # 😀'
    assert gemel.train("digits", settings={"about": about, "name": "true"}).about == about
    recipe = gemel.train("digits", settings={"batch.size": None, "training": {"minutes": 2.5}})
    assert (recipe.batch.size, recipe.training.minutes) == (128, 2.5)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"minutes": 1, "epochs": 2}, "give minutes or epochs, not both"),
        (
            {"epochs": 1, "settings": ["training.minutes=5"]},
            "a training once: got training.epochs=1 and training.minutes=5",
        ),
        ({"epochs": 1, "settings": {"training": {"minutes": 5}}}, "epochs=1 and training="),
        ({"epochs": 1, "settings": ["training={minutes=5}"]}, "epochs=1 and training="),
        ({"settings": ["training.epochs=1", "training.minutes=5"]}, "of a training once: got"),
        ({"minutes": 1, "settings": {"training.epochs": 5}}, "minutes=1 and training.epochs=5"),
        ({"settings": "loss.margin=0.5"}, "a mapping or a list of key=value"),
        ({"settings": [("loss.margin", 0.5)]}, r"list of key=value, got \[\('loss.margin', 0.5\)"),
        ({"settings": 5}, "a mapping or a list of key=value, got 5"),
        ({"settings": {"loss.margin": object()}}, "loss.margin takes a string.* got object"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(call, sentence):
    with pytest.raises(RecipeError, match=sentence):
        gemel.train("digits", **call)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"data": None}, "say what to train on"),
        ({"data": None, "resume": True}, "say which run to resume"),
        ({"data": "digits", "resume": True, "out": "nowhere"}, "a run is a folder with recipe"),
    ],
)
def test_an_order_without_a_subject_is_one_sentence(call, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match=sentence):
        gemel.train(**call, quiet=True)
    assert not list(tmp_path.iterdir())


def test_a_slip_in_the_recipe_is_found_before_the_data_are_read(tmp_path):
    with pytest.raises(RecipeError, match="did you mean 'default'"):
        gemel.train("no-such-data", recipe="defualt", out=tmp_path / "run", quiet=True)


@pytest.mark.parametrize("data", [[np.zeros((8, 8))], {"a": ["a.png"]}, np.zeros((2, 8, 8)), 5])
def test_data_themselves_are_refused_with_how_they_are_given(data):
    with pytest.raises(TypeError, match=r"path of a folder .* got \w+: save a frame as .parquet"):
        gemel.train(data)
    with pytest.raises(TypeError, match="built-in set"):
        open_data(data)
