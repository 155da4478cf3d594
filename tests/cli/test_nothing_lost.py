"""A full disk: one sentence, and every file is whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from command import QUICK, Gemel

from gemel.run import Run

TRAIN = (*QUICK, "--out", "run")


BEGUN = {"recipe.toml", "data.json", "learned.npy"}
TRAINED = {*BEGUN, "history.csv", "checkpoints"}


@pytest.mark.parametrize(
    ("full_at", "left"),
    [
        ("learned.npy", set()),
        ("recipe.toml", set()),
        ("last.safetensors", {*BEGUN, "history.csv"}),
        ("matcher", TRAINED),
        ("metrics.json", {*TRAINED, "matcher"}),
        ("report.html", {*TRAINED, "matcher", "metrics.json"}),
    ],
)
def test_a_disk_that_is_full(
    gemel: Gemel,
    drawings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    full_at: str,
    left: set[str],
) -> None:
    replace = os.replace

    def no_room(source: Any, target: Any) -> None:
        if Path(target).name == full_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    with monkeypatch.context() as full:
        full.setattr(os, "replace", no_room)
        sentence = gemel("train", drawings, *TRAIN).refusal
    assert full_at in sentence
    assert "No space left on device" in sentence
    files = {path.name for path in (tmp_path / "run").glob("*") if any_file(path)}
    assert files - {"tensorboard"} == left  # which is there where the package is

    if full_at == "matcher":
        assert gemel("train", "--resume", "--out", "run").status == 0
        assert Run(tmp_path / "run").report.is_file()


def any_file(path: Path) -> bool:
    return path.is_file() or any(entry.is_file() for entry in path.rglob("*"))


def test_a_checkpoint_that_its_library_cannot_write(
    gemel: Gemel, drawings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors import SafetensorError

    def no_room(*_: Any, **__: Any) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("gemel.training.checkpoint.save_file", no_room)

    assert "last.safetensors must be writable" in gemel("train", drawings, *TRAIN).refusal


def test_a_cache_without_room(
    gemel: Gemel, drawings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMEL_CACHE", str(tmp_path / "cache"))

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)

    sentence = gemel("train", drawings, *TRAIN).refusal
    assert "make room, or set GEMEL_CACHE to a folder elsewhere" in sentence
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))
    assert not (tmp_path / "run").exists()


def test_an_error_of_the_disk_that_nobody_foresaw(
    gemel: Gemel, tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/there/file")

    monkeypatch.setattr("gemel.matcher.load", no_room)

    sentence = gemel("compare", tiny_run.path, "a.png", "b.png").refusal
    assert "/there/file must be writable" in sentence
    assert "Read-only file system" in sentence


def test_what_may_not_be_read_is_told_of_permissions_and_not_of_room(
    gemel: Gemel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/there/photos")

    monkeypatch.setattr("gemel.matcher.load", locked)

    assert gemel("compare", "run", "a.png", "b.png").refusal == (
        "the permissions of /there/photos must allow this operation, got: Permission denied. "
        "Change them or choose another folder"
    )
