"""Where a run goes that nobody named, and which one is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from gemel.errors import DataError, GemelError, RecipeError, RunError
from gemel.progress import Silent
from gemel.training.request import GOES_ON, TrainingRequest, held, run_for, where
from gemel.training.train import train


def test_runs_of_folders_that_differ_behind_a_dot_are_not_taken_for_one_another(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("photos.v1", "photos.v2"):
        (tmp_path / name).mkdir()
        assert run_for(TrainingRequest(str(tmp_path / name))).path == Path("runs") / name
    with pytest.raises(RunError, match=r"no run of photos\.v2 in runs to resume"):
        run_for(TrainingRequest("photos.v2", resume=True))


def test_a_run_that_is_not_where_it_is_expected_says_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    taken = Path("runs/digits")
    taken.mkdir(parents=True)
    request = TrainingRequest("digits")
    told = where(request, run_for(request))
    assert told == "runs/digits exists already, so this run is runs/digits-2."
    (taken / "recipe.toml").touch()
    begun = "exists already and has not finished (--resume --out runs/digits resumes it)"
    assert begun in where(request, run_for(request))


def test_data_that_are_not_there_leave_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for missing in ("nowhere/photos", str(tmp_path / "nowhere" / "photos"), "photos.csv"):
        with pytest.raises(GemelError, match="photos"):
            train(TrainingRequest(missing), Silent())
    assert list(tmp_path.rglob("*")) in ([], [tmp_path / "runs"])


def test_a_run_that_is_being_trained_is_left_alone(drawings, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    with (
        FileLock(out / ".lock"),
        pytest.raises(RunError, match="being trained by another process: wait for it"),
    ):
        train(TrainingRequest(str(drawings), changes=["training.epochs=1"], out=out), Silent())
    assert (out / ".lock").is_file()


def test_only_what_has_begun_is_said_to_go_on(tmp_path):
    request = TrainingRequest("digits", out=tmp_path / "run")
    run = run_for(request)
    for begins, said in ((False, ""), (True, GOES_ON)):
        with pytest.raises(KeyboardInterrupt) as stopped:
            interrupted(run, request, begins)
        assert str(stopped.value) == said


def interrupted(run, request, begins):
    with held(run, request):
        if begins:
            run.recipe.touch()
        raise KeyboardInterrupt


@pytest.mark.parametrize("out", ["file/run", None])
def test_a_file_where_a_folder_should_be_is_one_sentence(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    for name in ("file", "runs"):
        (tmp_path / name).write_text("no folder")
    with pytest.raises(DataError, match="must be writable and its disk must have room"):
        train(TrainingRequest("digits", out=None if out is None else Path(out)), Silent())


def test_a_folder_of_the_user_stays_where_nothing_is_begun(tmp_path):
    (tmp_path / "mine").mkdir()
    for out in ("mine", "ours"):
        with pytest.raises(RecipeError, match="nosuch"):
            train(TrainingRequest("digits", recipe="nosuch", out=tmp_path / out), Silent())
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert list((tmp_path / "mine").iterdir()) == []
