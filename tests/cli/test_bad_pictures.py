"""Pictures that cannot be read: named and skipped up to a share, refused beyond it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bad_pictures import UNREADABLE, bomb, class_folders, picture
from command import DATA_ONLY, QUICK, Gemel

from gemel.run import Run


@pytest.mark.parametrize("name", UNREADABLE)
def test_compare_names_the_picture_and_what_is_wrong_with_it(
    gemel: Gemel, tiny_run: Run, tmp_path: Path, name: str
) -> None:
    make, reason = UNREADABLE[name]
    make(tmp_path / name)
    good = picture(tmp_path / "good.png")

    for pair in ((good, tmp_path / name), (tmp_path / name, good)):
        sentence = gemel("compare", tiny_run.path, *pair).refusal
        assert name in sentence
        assert reason in sentence


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.png", "does not exist: give the path of a picture"),
        ("folder", "is a folder where a picture was expected"),
        ("", "must not be empty"),
    ],
)
def test_compare_with_what_is_no_file(
    gemel: Gemel, tiny_run: Run, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder").mkdir()

    assert reason in gemel("compare", tiny_run.path, picture(tmp_path / "a.png"), name).refusal


def test_a_file_that_may_not_be_read_is_named(
    gemel: Gemel, tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, good = picture(tmp_path / "locked.png"), picture(tmp_path / "good.png")
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        # Permissions do not stop a superuser, whom tests may run as.
        if path.name == "locked.png":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)

    sentence = gemel("compare", tiny_run.path, good, locked).refusal
    assert "locked.png' may not be read: its permissions forbid it" in sentence


def test_pillows_own_warning_of_a_large_picture_is_not_shown(tiny_run: Run, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    bomb(large, side=12_000)
    command = [sys.executable, "-m", "gemel", "compare", str(tiny_run.path), str(large), str(large)]
    (line,) = subprocess.run(command, capture_output=True, text=True).stderr.splitlines()
    assert "may have at most 100 megapixels" in line


def test_a_few_are_listed_and_skipped(gemel: Gemel, tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "photos", items=40)
    for name, (make, _) in UNREADABLE.items():
        make(folder / "label1" / name)

    outcome = gemel("train", folder, *QUICK)

    assert outcome.status == 0
    assert "5 of 125 items cannot be read" in outcome.err
    assert "they are skipped" in outcome.err
    run = Run(tmp_path / "runs" / "photos")
    assert run.report.is_file()
    listed = json.loads(run.data.read_text("utf-8"))["unreadable"]
    assert sorted(map(os.path.basename, listed)) == sorted(UNREADABLE)
    for name in listed:
        assert name in outcome.err


def test_many_are_refused_and_nothing_is_begun(gemel: Gemel, tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "photos")
    for number in range(3):
        UNREADABLE["text.jpg"][0](folder / "label0" / f"text{number}.jpg")

    sentence = gemel("train", folder, *DATA_ONLY).refusal

    assert "3 of 27 items cannot be read" in sentence
    assert "text0.jpg" in sentence
    assert "at most 5" in sentence
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no name here")
def test_what_might_never_end_is_not_read(gemel: Gemel, tiny_run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    good = picture(tmp_path / "good.png")
    for endless in (pipe, Path("/dev/zero")):
        sentence = gemel("compare", tiny_run.path, good, endless).refusal
        assert f"'{endless}' is a pipe or a device where a picture was expected" in sentence
    assert "is a pipe or a device: name a folder or a table" in gemel("train", pipe).refusal
