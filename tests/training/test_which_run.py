"""Where a run goes that nobody named, and which one is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemel.errors import RunError
from gemel.training.train import Order, _run


def test_runs_of_folders_that_differ_behind_a_dot_are_not_taken_for_one_another(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("photos.v1", "photos.v2"):
        (tmp_path / name).mkdir()
        assert _run(Order(str(tmp_path / name))).path == Path("runs") / name
    with pytest.raises(RunError, match=r"no run of photos\.v2 in runs to resume"):
        _run(Order("photos.v2", resume=True))
