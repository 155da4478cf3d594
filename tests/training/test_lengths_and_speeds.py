"""Lengths, precisions and memory of a training, and the pairs and folders that it takes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
import trainings
from PIL import Image

import gemel
from gemel.errors import DataError, RecipeError
from gemel.progress import Silent
from gemel.recipe.schedule import TrainingSetting
from gemel.training import speed
from gemel.training.arithmetic import flushed_denormals
from gemel.training.request import TrainingRequest
from gemel.training.speed import Speed, choose_speed
from gemel.training.train import train

QUICK = ["encoder.width=4", "training.compile=false", "training.precision=32"]


def test_pairs_of_one_kind_cannot_teach(tmp_path):
    rng = np.random.default_rng(0)
    for name in "abcdefghijkl":
        Image.fromarray(rng.integers(0, 256, (12, 12)).astype(np.uint8)).save(
            tmp_path / f"{name}.png"
        )
    rows = ["left,right,same,split", "a.png,b.png,yes,train", "c.png,d.png,yes,train"]
    rows += ["e.png,f.png,yes,validation", "g.png,h.png,no,validation"]
    rows += ["i.png,j.png,yes,test", "k.png,l.png,no,test"]
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n", "utf-8")
    with pytest.raises(DataError, match="pairs"):
        gemel.train(tmp_path / "pairs.csv", epochs=1, out=tmp_path / "run", quiet=True)
    assert not (tmp_path / "run").exists()


def test_minutes_are_kept_and_validated_within(drawings, tmp_path):
    run = tmp_path / "run"
    changes = [*QUICK, "split.by=item", "training.minutes=0.02", "training.patience=1000"]
    assert trainings.run(drawings, run, changes)[0] == 0
    history = (run / "history.csv").read_text("utf-8").splitlines()
    assert 3 <= len(history) <= 40, "some 25 validations, not one a step"
    assert float(history[-1].split(",")[3]) < 1e-4, "the learning rate is annealed to about zero"


def test_a_folder_may_have_a_built_in_name(drawings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = shutil.copytree(drawings, tmp_path / "digits")
    changes = [*QUICK, "split.by=item", "training.epochs=1"]
    for data, source in (("digits", "digits"), (folder, str(folder))):
        run = tmp_path / f"run of {Path(data).is_absolute()}"
        assert trainings.run(data, run, changes)[0] == 0
        assert json.loads((run / "data.json").read_text("utf-8"))["source"] == source


def choice(**setting):
    return choose_speed(TrainingSetting(**setting))


def test_speed_is_as_asked_or_chosen_by_length_and_machine(monkeypatch):
    assert choice(epochs=1, compile=False, precision="32") == Speed("32-true", compiled=False)
    assert choice(epochs=1, compile=True, precision="bf16") == Speed("bf16-mixed", compiled=True)
    monkeypatch.setattr(speed, "has_compiler", lambda: True)
    monkeypatch.setattr(speed, "gains_by_bf16", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choice(minutes=10) == Speed("bf16-mixed", compiled=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choice(minutes=10) == Speed("bf16-mixed", compiled=True)
    assert choice(epochs=1) == Speed("bf16-mixed", compiled=True)
    assert choice(minutes=1) == Speed("bf16-mixed", compiled=False)
    monkeypatch.setattr(speed, "has_compiler", lambda: False)
    assert choice(minutes=10) == Speed("bf16-mixed", compiled=False)
    monkeypatch.setattr(speed, "gains_by_bf16", lambda: False)
    assert choice(minutes=10) == Speed("32-true", compiled=False)


def test_a_compiler_is_one_that_is_there(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert not speed.has_compiler()


@pytest.mark.parametrize(("low", "gains"), [(1.0, True), (1.9, False), (3.0, False)])
def test_bf16_is_chosen_where_it_is_clearly_faster(monkeypatch, low, gains):
    times = iter([2.0, low])
    monkeypatch.setattr(speed, "has_bf16", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(speed, "best_time", lambda _: next(times))
    speed.gains_by_bf16.cache_clear()
    assert speed.gains_by_bf16() is gains
    speed.gains_by_bf16.cache_clear()


def test_a_processor_without_bf16_is_not_asked(monkeypatch):
    monkeypatch.setattr(speed, "has_bf16", lambda: False)
    monkeypatch.setattr(speed, "best_time", lambda _: pytest.fail("timed"))
    speed.gains_by_bf16.cache_clear()
    assert not speed.gains_by_bf16()
    speed.gains_by_bf16.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other allocators")
def test_freed_memory_is_taken_again_without_new_pages_and_returned_in_the_end():
    """In a process of its own: pytest's memory is not its business."""
    code = """
import resource, torch
from gemel.training.arithmetic import kept_memory
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def work():
    for _ in range(20):
        torch.ones(20_000_000)
def resident():
    return int(open("/proc/self/statm").read().split()[1])
before = resident()
with kept_memory():
    work()
    earlier = faults()
    work()
    print(faults() - earlier)
print(resident() - before)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    faults, kept = map(int, told.stdout.split())
    assert faults < 2_000  # given back and asked for anew: some 390,000
    assert kept < 5_000  # of the 20,000 pages of a tensor


def smallest() -> float:
    return float(torch.full((), 1e-39) * 1.0)


def test_numbers_too_small_to_matter_are_zero_while_training_and_only_then(drawings, tmp_path):
    seen = []

    class Watching(Silent):
        @contextmanager
        def stage(self, name, total):
            seen.append((name, smallest()))
            with super().stage(name, total) as stage:
                yield stage

    settings = ("training.epochs=1", "encoder.name=mlp", "split.by=item")
    train(TrainingRequest(str(drawings), changes=settings, out=tmp_path / "run"), Watching())
    assert dict(seen)["training"] == 0
    assert smallest() > 0


def test_after_a_training_that_failed_small_numbers_are_back(drawings, tmp_path):
    with pytest.raises(RecipeError, match="margin"):
        train(
            TrainingRequest(
                str(drawings),
                changes=("loss.name=contrastive", "loss.margin=9", "split.by=item"),
                out=tmp_path / "run",
            ),
            Silent(),
        )
    assert smallest() > 0


def test_a_caller_who_counts_small_numbers_as_zero_goes_on_doing_so():
    torch.set_flush_denormal(True)
    try:
        with flushed_denormals():
            pass
        assert smallest() == 0
    finally:
        torch.set_flush_denormal(False)
    with flushed_denormals():
        assert smallest() == 0
    assert smallest() > 0
