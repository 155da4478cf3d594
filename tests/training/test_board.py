"""Curves go to TensorBoard where it is installed, through torch's own writer."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from gemel.training import board
from gemel.training.board import Board


def test_without_tensorboard_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(board, "find_spec", lambda name: None)
    Board(tmp_path / "tensorboard").log({"loss": 1.0}, 3)
    assert not (tmp_path / "tensorboard").exists()


def test_with_it_every_figure_of_a_row_is_a_curve(tmp_path, monkeypatch):
    told = []

    class SummaryWriter:
        def __init__(self, folder: str) -> None:
            told.append(folder)

        def add_scalar(self, name: str, value: float, step: int) -> None:
            told.append((name, value, step))

        def flush(self) -> None:
            told.append("flushed")

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    monkeypatch.setattr(board, "find_spec", lambda name: object())
    Board(tmp_path).log({"loss": 1.0, "auc": 0.9}, 3)
    assert told == [str(tmp_path), ("loss", 1.0, 3), ("auc", 0.9, 3), "flushed"]


def test_with_the_real_one_there_is_a_file(tmp_path):
    pytest.importorskip("tensorboard")
    Board(tmp_path).log({"loss": 1.0}, 3)
    assert list(tmp_path.glob("events*"))
