from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command import Gemel, Outcome

from gemel.cli.main import main


@pytest.fixture
def gemel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Gemel:
    """`gemel("compare", run, a, b)`, in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["gemel", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        wrote = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Outcome(left.value.code, wrote.out, wrote.err)

    return run
