"""A training may be killed at any instant: resumed, it gives the very weights it would have."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import trainings
from safetensors.numpy import load_file, save_file

import gemel
from gemel.errors import RecipeError, RunError
from gemel.matcher import load
from gemel.progress import Silent
from gemel.report import write_report
from gemel.run import Run
from gemel.training.checkpoint import read_counters
from gemel.training.pretrain import pretraining_of
from gemel.training.request import TrainingRequest, where
from gemel.training.train import train
from heard import Heard

SMALL = [
    "encoder.width=4",
    "encoder.dropout=0.3",  # so that the network's own randomness matters
    "encoder.embedding_size=8",
    "batch.size=16",
    "split.by=item",
    "training.compile=false",
    "training.precision=32",
]
TWELVE = [*SMALL, "training.epochs=12"]
PATIENT = [*SMALL, "training.epochs=40", "training.patience=3"]


def weights(run):
    return (run / "weights.safetensors").read_bytes()


@pytest.fixture(scope="module")
def whole(drawings, tmp_path_factory):
    """Uninterrupted trainings: weights and number of steps."""
    done = {}
    for name, changes in {"twelve": TWELVE, "patient": PATIENT}.items():
        run = tmp_path_factory.mktemp("whole") / name
        status, steps = trainings.run(drawings, run, changes)
        assert status == 0
        done[name] = weights(run), steps
    return done


@pytest.mark.parametrize(("name", "changes"), [("twelve", TWELVE), ("patient", PATIENT)])
def test_killed_again_and_again_it_ends_with_the_same_weights(
    drawings, tmp_path, whole, name, changes
):
    expected, steps = whole[name]
    assert steps < 40 * whole["twelve"][1] / 12, "patience was to end it early"
    rng = random.Random(name)
    stops = sorted(rng.sample(range(1, steps), 4))
    for number, stop in enumerate(stops):
        status, reached = trainings.run(
            drawings, tmp_path / "run", changes, resume=number > 0, stop_after=stop
        )
        assert (status, reached) == (-signal.SIGKILL, stop)
        assert not (tmp_path / "run" / "matcher").exists()
    status, reached = trainings.run(drawings, tmp_path / "run", changes, resume=True)
    assert (status, reached) == (0, steps)
    assert weights(tmp_path / "run") == expected


def test_interrupted_in_the_last_step_the_validation_after_it_still_decides(
    drawings, tmp_path, whole
):
    run, changes = tmp_path / "run", [*TWELVE, "training.keep=best"]
    steps = whole["twelve"][1]
    status, reached = trainings.run(drawings, run, changes, stop_after=steps, by=signal.SIGINT)
    assert (status, reached) == (1, steps)
    told = (run / "history.csv").read_text().splitlines()
    assert trainings.run(drawings, run, changes, resume=True)[0] == 0
    assert len((run / "history.csv").read_text().splitlines()) == len(told) + 1


@pytest.mark.parametrize("seconds", [0.0, 1e9])
def test_the_weights_of_a_killed_training_are_of_the_epoch_that_is_recorded(
    drawings, tmp_path, whole, seconds
):
    run, changes = Run(tmp_path / "run"), [*TWELVE, "training.keep=best"]
    steps = whole["twelve"][1]
    trainings.run(drawings, run.path, changes, checkpoint_seconds=seconds, stop_after=steps - 2)
    kept, last = map(read_counters, (run.best_checkpoint, run.last_checkpoint))
    assert (last.best, last.best_epoch) == (kept.best, kept.best_epoch)
    # Even if it was killed between the two: this best is of a course that is not taken again.
    tensors = load_file(run.best_checkpoint)
    counters = dataclasses.asdict(kept) | {"best": 2.0, "best_epoch": 0.5}
    save_file(tensors, run.best_checkpoint, {"counters": json.dumps(counters)})
    counters = dataclasses.asdict(last) | {"best": 1.5}
    save_file(
        load_file(run.last_checkpoint), run.last_checkpoint, {"counters": json.dumps(counters)}
    )
    assert trainings.run(drawings, run.path, changes, resume=True, until="end")[0] == 0
    assert load(run.path).file.provenance["kept_epoch"] == 0.5


def test_killed_before_the_first_checkpoint_it_begins_again(drawings, tmp_path, whole):
    run, never = tmp_path / "run", 1e9
    status, _ = trainings.run(drawings, run, TWELVE, checkpoint_seconds=never, stop_after=5)
    assert status == -signal.SIGKILL
    assert not (run / "checkpoints" / "last.safetensors").exists()
    assert trainings.run(drawings, run, TWELVE, resume=True)[0] == 0
    assert weights(run) == whole["twelve"][0]


def test_killed_after_the_last_step_it_only_makes_the_matcher(drawings, tmp_path, whole):
    run = tmp_path / "run"
    status, steps = trainings.run(drawings, run, TWELVE, until="killed before the matcher")
    assert status == -signal.SIGKILL
    assert steps == whole["twelve"][1]
    assert not (run / "matcher").exists()
    status, more = trainings.run(drawings, run, TWELVE, resume=True, until="end")
    assert (status, more) == (0, 0)
    assert (run / "report.html").is_file()
    assert (run / "matcher" / "weights.safetensors").read_bytes() == whole["twelve"][0]
    assert load(run).file.provenance["steps"] == steps


def test_killed_while_it_saves_it_finds_the_checkpoint_before(drawings, tmp_path, whole):
    run = tmp_path / "run"
    assert trainings.run(drawings, run, TWELVE, stop_after=7)[0] == -signal.SIGKILL
    before = (run / "checkpoints" / "last.safetensors").read_bytes()
    status, _ = trainings.run(drawings, run, TWELVE, resume=True, until="killed while saving")
    assert status == -signal.SIGKILL
    assert (run / "checkpoints" / "last.safetensors").read_bytes() == before
    assert len(list((run / "checkpoints").iterdir())) == 2, "half of a checkpoint is left"
    assert trainings.run(drawings, run, TWELVE, resume=True)[0] == 0
    assert weights(run) == whole["twelve"][0]
    assert [file.name for file in (run / "checkpoints").iterdir()] == ["last.safetensors"]


def test_a_finished_training_goes_on_where_a_longer_one_is_asked_for(drawings, tmp_path):
    run = tmp_path / "run"
    three, six = ([*SMALL, f"training.epochs={n}"] for n in (3, 6))
    _, short = trainings.run(drawings, run, three)
    first = weights(run)
    status, long = trainings.run(drawings, run, six, resume=True)
    assert (status, long) == (0, 2 * short)
    assert weights(run) != first


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        ({"epochs": 1}, "has trained for 2 epochs, .* shorter, got .* of 1: ask for --epochs 2 or"),
        ({"minutes": 1e-4}, r"has trained for .* minutes, .*: ask for --minutes above"),
    ],
)
def test_a_run_does_not_become_shorter_than_it_is(own_run, length, sentence):
    recipe, metrics = own_run.recipe.read_bytes(), own_run.metrics.read_bytes()
    with pytest.raises(RecipeError, match=sentence):
        gemel.train(None, out=own_run.path, resume=True, quiet=True, **length)
    assert (own_run.recipe.read_bytes(), own_run.metrics.read_bytes()) == (recipe, metrics)


def test_a_finished_run_gets_another_threshold_without_being_trained_again(own_drawings_run):
    weights = own_drawings_run.matcher / "weights.safetensors"
    before, figures = weights.read_bytes(), verified(own_drawings_run)
    heard = Heard()
    changes = ("calibration.target=far=0.4",)
    train(TrainingRequest(out=own_drawings_run.path, resume=True, changes=changes), heard)
    assert any("for 2 epochs already: no training follows" in each for each in heard.sentences)
    assert weights.read_bytes() == before
    assert load(own_drawings_run).threshold().target == "far=0.4"
    assert "far=0.4" in own_drawings_run.recipe.read_text()
    assert verified(own_drawings_run)["accuracy"] != figures["accuracy"]
    assert verified(own_drawings_run)["auc"] == figures["auc"]
    assert "set to accept 40" in own_drawings_run.report.read_text()


def test_a_report_is_made_again_without_measuring_its_figures_again(own_drawings_run, monkeypatch):
    page = own_drawings_run.report.read_bytes()
    own_drawings_run.report.unlink()
    monkeypatch.setattr("gemel.measure.subject.figures_of", None)  # whose intervals take longest
    write_report(own_drawings_run, Silent())
    assert own_drawings_run.report.read_bytes() == page


def test_figures_of_an_earlier_matcher_do_not_stay_beside_a_new_one(own_drawings_run, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gemel.training.train.own_figures", stopped)
    settings = {"calibration.target": "far=0.4"}
    with pytest.raises(KeyboardInterrupt):
        gemel.train(None, out=own_drawings_run.path, resume=True, settings=settings, quiet=True)
    assert load(own_drawings_run).threshold().target == "far=0.4"
    with pytest.raises(RunError, match=r"no complete metrics\.json: finish it with .* --resume"):
        write_report(own_drawings_run, Silent())


def verified(run):
    return json.loads(run.metrics.read_text())["protocols"]["verification"]["metrics"]


def test_a_resumed_run_without_a_checkpoint_says_that_it_starts_again(tmp_path):
    run, request = Run(tmp_path), TrainingRequest(out=tmp_path, resume=True)
    assert where(request, run) == f"{tmp_path} has no checkpoint yet: its training starts again."
    pretraining_of(run).checkpoints.mkdir(parents=True)
    pretraining_of(run).last_checkpoint.touch()
    assert where(request, run) == f"Resuming {tmp_path}."


def test_interrupted_it_says_one_sentence_and_can_go_on(drawings, tmp_path):
    run = tmp_path / "run"
    words = ["train", str(drawings), "--out", str(run), "--epochs", "1000000"]
    words += [word for change in SMALL for word in ("--set", change)]
    process = subprocess.Popen(
        [sys.executable, "-c", "from gemel.cli import main; main()", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not (run / "recipe.toml").is_file():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in error
    assert error.splitlines()[-1].startswith("interrupted: every file that was written is complete")
    assert "--resume" in error
    assert not list(run.rglob(".*")), "temporary files were left"
    trained = read_counters(run / "checkpoints" / "last.safetensors").epoch + 1
    ending = [*SMALL, f"training.epochs={trained}"]
    assert trainings.run(drawings, run, ending, resume=True)[0] == 0
    assert load_file(run / "weights.safetensors")


@pytest.mark.parametrize(
    ("call", "different"),
    [
        ({"recipe": "hadsell-2006"}, "name, encoder, metric, loss"),
        ({"seed": 3}, "seed"),
        ({"settings": {"encoder.width": 9}}, "encoder"),
        ({"settings": {"training.keep": "best"}}, "training"),
    ],
)
def test_a_resumed_run_keeps_its_recipe(own_run, call, different):
    sentence = f"keeps the recipe .* differs in {different}.*: leave out --recipe, --seed"
    with pytest.raises(RecipeError, match=sentence):
        gemel.train(None, out=own_run.path, resume=True, quiet=True, **call)


def test_a_damaged_checkpoint_is_one_sentence(own_run):
    (own_run.checkpoints / "last.safetensors").write_bytes(b"half of it")
    with pytest.raises(RunError, match=r"checkpoint .* must be whole.*Delete it to start again"):
        gemel.train(None, out=own_run.path, resume=True, quiet=True)


def test_a_checkpoint_of_another_version_is_one_sentence(own_run):
    last = own_run.checkpoints / "last.safetensors"
    save_file({"a": np.zeros(1)}, last, {"counters": '{"epochs_of_old": 3}'})
    with pytest.raises(RunError, match=r"cannot be read: .*epochs_of_old.*Delete it to start"):
        gemel.train(None, out=own_run.path, resume=True, quiet=True)


def test_data_that_changed_since_are_not_trained_on(drawings, tmp_path):
    run, data = tmp_path / "run", shutil.copytree(drawings, tmp_path / "mine")
    trainings.run(data, run, TWELVE, stop_after=3)
    with pytest.raises(RunError, match=r"was begun on .*mine, and digits holds other data"):
        gemel.train("digits", out=run, resume=True, quiet=True)
    data.rename(tmp_path / "moved")
    with pytest.raises(RunError, match=r"were at .*mine and are not there: put them back, or name"):
        gemel.train(None, out=run, resume=True, quiet=True)
    (tmp_path / "moved").rename(data)
    next(data.rglob("*.png")).unlink()
    with pytest.raises(RunError, match=r"mine has changed since .* train a new run"):
        gemel.train(data, out=run, resume=True, quiet=True)
