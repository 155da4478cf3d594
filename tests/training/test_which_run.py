"""Where a run goes that nobody named, and which one is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from gemel.errors import GemelError, RunError
from gemel.progress import Silent
from gemel.training.train import Order, _run, train


def test_runs_of_folders_that_differ_behind_a_dot_are_not_taken_for_one_another(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("photos.v1", "photos.v2"):
        (tmp_path / name).mkdir()
        assert _run(Order(str(tmp_path / name))).path == Path("runs") / name
    with pytest.raises(RunError, match=r"no run of photos\.v2 in runs to resume"):
        _run(Order("photos.v2", resume=True))


def test_data_that_are_not_there_leave_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for missing in ("nowhere/photos", str(tmp_path / "nowhere" / "photos"), "photos.csv"):
        with pytest.raises(GemelError, match="photos"):
            train(Order(missing), Silent())
    assert list(tmp_path.rglob("*")) in ([], [tmp_path / "runs"])


def test_a_run_that_is_being_trained_is_left_alone(drawings, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    with (
        FileLock(out / ".lock"),
        pytest.raises(RunError, match="being trained by another process: wait for it"),
    ):
        train(Order(str(drawings), changes=["training.epochs=1"], out=out), Silent())
    assert (out / ".lock").is_file()
