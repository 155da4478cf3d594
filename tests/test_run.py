from __future__ import annotations

import json
import os

import pytest

import gemel
from gemel.errors import RecipeError, RunError
from gemel.run import Run


def begun(path, age=0, source="digits", *, finished=False):
    path.mkdir(parents=True)
    if finished:
        (path / "metrics.json").write_text("{}")
    (path / "data.json").write_text(json.dumps({"source": source}))
    (path / "recipe.toml").write_text("")
    os.utime(path / "recipe.toml", (1e9 - age, 1e9 - age))
    return path


def test_a_home_folder_may_be_written_short(own_run, monkeypatch):
    monkeypatch.setenv("HOME", str(own_run.path.parent))
    monkeypatch.setenv("USERPROFILE", str(own_run.path.parent))
    short = f"~/{own_run.path.name}"
    assert Run.opened(short) == own_run
    assert gemel.load(short).path == own_run.matcher
    with pytest.raises(RunError, match="needs a folder that is not in use"):
        gemel.train("digits", out=short, quiet=True)
    with pytest.raises(RecipeError, match="has trained for 2 epochs"):  # so it has been found
        gemel.train(None, out=short, resume=True, epochs=1, quiet=True)


def test_a_run_is_a_folder_with_a_recipe(tmp_path):
    assert Run.opened(str(begun(tmp_path / "digits"))).path == tmp_path / "digits"
    with pytest.raises(RunError, match=r"a folder with recipe\.toml.*is not one\. Give the folder"):
        Run.opened(tmp_path)


def test_a_new_run_never_writes_into_what_is_there(tmp_path):
    assert Run.new(tmp_path / "empty").path == tmp_path / "empty"
    (tmp_path / "made").mkdir()
    assert Run.new(tmp_path / "made").path == tmp_path / "made"
    for taken in (begun(tmp_path / "digits"), tmp_path / "digits" / "recipe.toml"):
        with pytest.raises(RunError, match=r"not in use, and .* exists: choose another --out"):
            Run.new(taken)


def test_what_was_killed_before_it_had_a_recipe_is_begun_anew(tmp_path):
    folder = tmp_path / "killed"
    folder.mkdir()
    for name in ("data.json", "learned.npy", ".recipe.toml.0a1b2c3d"):
        (folder / name).touch()
    with pytest.raises(RunError, match="not in use"):  # data of the user's own
        Run.new(folder)
    (folder / ".lock").touch()  # left behind by the process that was killed
    assert Run.new(folder).path == folder
    (folder / "photo.png").touch()
    with pytest.raises(RunError, match="not in use"):
        Run.new(folder)


def test_an_unnamed_run_takes_the_first_free_number(tmp_path):
    begun(tmp_path / "digits")
    begun(tmp_path / "digits-2")
    assert Run.unused(tmp_path, "digits").path.name == "digits-3"


def test_the_latest_run_is_the_newest_of_these_very_data(tmp_path):
    begun(tmp_path / "digits", age=30)
    begun(tmp_path / "digits-2", age=10)
    begun(tmp_path / "digits-3", age=20)
    begun(tmp_path / "digits-of-pi")
    begun(tmp_path / "digitsandmore")
    begun(tmp_path / "digits-4", source="/home/anna/digits-4")
    begun(tmp_path / "digits-5")
    (tmp_path / "digits-5" / "data.json").write_text("half of it")
    (tmp_path / "digits-6").mkdir()
    assert Run.latest(tmp_path, "digits", "digits").path.name == "digits-2"


def test_an_unfinished_run_comes_before_those_that_finished_after_it(tmp_path):
    begun(tmp_path / "digits-2", age=40)
    begun(tmp_path / "digits", age=30)
    begun(tmp_path / "digits-3", age=10, finished=True)
    assert Run.latest(tmp_path, "digits", "digits").path.name == "digits"


def test_where_every_run_has_finished_it_is_the_newest(tmp_path):
    begun(tmp_path / "digits", age=30, finished=True)
    begun(tmp_path / "digits-2", age=10, finished=True)
    begun(tmp_path / "digits-3", age=20, finished=True)
    assert Run.latest(tmp_path, "digits", "digits").path.name == "digits-2"


def test_names_with_signs_of_patterns_are_just_names(tmp_path):
    begun(tmp_path / "photos[1]", source="/photos[1]")
    assert Run.latest(tmp_path, "photos[1]", "/photos[1]").path.name == "photos[1]"


@pytest.mark.parametrize("folder", ["runs", "nowhere"])
def test_nothing_to_resume_is_one_sentence(tmp_path, folder):
    (tmp_path / "runs").mkdir()
    with pytest.raises(RunError, match=r"no run of digits in .* to resume: leave out --resume"):
        Run.latest(tmp_path / folder, "digits", "digits")


def test_two_that_ask_at_once_are_given_two_folders(tmp_path):
    """What is unused is taken at once, and not when the data have been read."""
    assert Run.unused(tmp_path / "runs", "digits").path.name == "digits"
    assert Run.unused(tmp_path / "runs", "digits").path.name == "digits-2"
