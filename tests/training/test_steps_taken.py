"""The loop by itself: how many steps it took, and how it is interrupted."""

from __future__ import annotations

import itertools
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gemel.batches import LabelIndex, Sequences
from gemel.data import SplitConfig, open_data
from gemel.encoders import ENCODERS, PixelStatistics
from gemel.inputs import ImageInput
from gemel.losses import SoftmaxLoss
from gemel.measure.prepare import prepare
from gemel.memories import MEMORIES, remember
from gemel.metrics import METRICS
from gemel.planning.batch_numbers import resolve_batch
from gemel.planning.make_plan import make_plan
from gemel.progress import Silent
from gemel.recipe.files import load_recipe
from gemel.run import Run
from gemel.training import learner, loop
from gemel.training.checkpoint import read_counters, save_checkpoint
from gemel.training.loop import Trainer
from gemel.training.step import MemoryStep, build_step, targets_of
from gemel.twin import SharedTwin

QUICK = ["encoder.width=4", "training.compile=false", "training.precision=32"]
GREY = ImageInput(height=12, width=12, channels=1)


@pytest.fixture(scope="module")
def prepared(drawings):
    return prepare(open_data(drawings), (GREY, GREY), SplitConfig(by="item"), 0, Silent())


def plan_on(prepared, changes):
    recipe = load_recipe("default", [*QUICK, "batch.labels=2", "batch.items=2", *changes])
    return make_plan(resolve_batch(recipe, prepared), prepared)


def trainer_on(prepared, folder, changes, **parts):
    return Trainer(replace(plan_on(prepared, changes), **parts), Run(folder / "run"), Silent())


def test_items_are_not_rounded_before_the_network_subtracts_their_mean(prepared, tmp_path):
    trainer = trainer_on(prepared, tmp_path, ["training.precision=bf16", "training.epochs=1"])
    seen = []
    for encoder in trainer.plan.twin.encoders:
        encoder.register_forward_pre_hook(lambda _, items: seen.append(items[0].dtype))
    trainer.train()
    assert set(seen) == {torch.float32}


class Slow:
    """Batches that take 25 seconds each to come."""

    def __init__(self, batches, clock):
        self.batches, self.clock, self.steps = batches, clock, batches.steps

    def epoch(self, rng):
        for batch in self.batches.epoch(rng):
            self.clock.now += 25
            yield batch


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now


def test_a_training_that_ends_within_an_epoch_counts_the_steps_that_it_took(
    prepared, tmp_path, monkeypatch
):
    clock = Clock()
    monkeypatch.setattr(loop.time, "monotonic", clock.monotonic)
    plan = plan_on(prepared, ["training.minutes=1"])
    slow = replace(plan, batches=Slow(plan.batches, clock))
    counters = Trainer(slow, Run(tmp_path / "run"), Silent()).train()
    assert plan.batches.steps > 3
    assert counters.taken == 3


def test_a_validation_that_uses_up_the_time_is_the_last(prepared, tmp_path, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(loop.time, "monotonic", clock.monotonic)
    plan = plan_on(prepared, ["training.minutes=1"])

    def slowly(twin):
        clock.now += 40
        return plan.validate(twin)

    slow = replace(plan, batches=Slow(plan.batches, clock), validate=slowly)
    counters = Trainer(slow, Run(tmp_path / "run"), Silent()).train()
    assert (counters.taken, len(counters.history)) == (1, 1)


def test_ctrl_c_in_the_last_validation_is_obeyed_and_nothing_is_lost(prepared, tmp_path):
    def pressing(twin):
        del twin
        os.kill(os.getpid(), signal.SIGINT)
        return {"auc": 0.5, "eer": 0.5}

    trainer = trainer_on(prepared, tmp_path, ["training.epochs=1"], validate=pressing)
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    assert read_counters(trainer.run.last_checkpoint).finished


def test_weights_that_keep_getting_better_do_not_put_off_the_checkpoint(
    prepared, tmp_path, monkeypatch
):
    """What a killed training goes on with is the last one, however often the best is saved."""
    clock, saved = itertools.count(), []
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(clock)))
    told = itertools.count(1)
    trainer = trainer_on(
        prepared,
        tmp_path,
        ["training.epochs=8", "training.keep=best", "training.patience=100"],
        validate=lambda twin: {"auc": next(told) / 100, "eer": 0.5},
    )
    each = trainer.plan.batches.steps * 4  # looks at the clock in an epoch, roughly
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 1.5 * each)

    def counted(path, *state):
        saved.append(path.stem)
        save_checkpoint(path, *state)

    monkeypatch.setattr(learner, "save_checkpoint", counted)
    trainer.train()
    assert saved.count("best") == 8
    assert saved.count("last") > 2


@pytest.mark.parametrize("instances", [0.0, 0.5])
def test_copies_of_an_item_are_a_loss_of_their_own(prepared, instances):
    """The loss of all pairs, and so much of the loss of what is a copy of an item."""
    changes = [f"batch.instances={instances}", "encoder.dropout=0"]
    plan = plan_on(prepared, changes)
    step = build_step(plan).eval()
    batch = next(plan.batches.epoch(np.random.default_rng(0)))
    sides = batch.sides(apart=False)
    compared = targets_of(batch, sides, lambda tensor: tensor, read=False)
    (items,) = plan.left.items(sides.left.items)
    left = (items.float(),)
    value, _ = step(left, left, compared)
    distance = plan.twin(left, left, compared.rows, compared.columns)
    by_hand = plan.loss(distance, compared.same)
    if instances:
        assert compared.copies.any()
        by_hand = by_hand + instances * plan.loss(distance, compared.copies)
    assert value.item() == pytest.approx(by_hand.item())


def test_a_memorys_answers_are_a_loss_beside_that_of_the_distances():
    sequences = Sequences(LabelIndex(np.arange(12), np.repeat(np.arange(3), 4)), 3, 2, size=2)
    batch = next(sequences.epoch(np.random.default_rng(0)))
    compared = targets_of(batch, batch.sides(apart=False), lambda tensor: tensor, read=False)
    encoder = ENCODERS["mlp"]((1, 3, 3), PixelStatistics.untouched(1), widths=(4,), output="unit")
    twin, memory = SharedTwin(encoder, METRICS["euclidean"](4)), MEMORIES["mann"](4, 3)
    loss, pictures = SoftmaxLoss(), torch.rand(12, 1, 3, 3)
    value, resting = MemoryStep(twin, memory, loss, 6)((pictures,), (pictures,), compared)

    embeddings = twin.embed((pictures,))
    expected = torch.cdist(embeddings, embeddings).gather(1, compared.columns)
    told = F.one_hot(compared.classes, 3).float()
    answers = remember(memory, embeddings.reshape(2, 6, 4), told.reshape(2, 6, 3))
    named = F.cross_entropy(-answers.flatten(0, 1), compared.classes)
    assert value.item() == pytest.approx((loss(expected, compared.same) + named).item(), rel=1e-4)
    # At no distance at all each of 12 items, 3 classes, is told apart by guessing.
    nothing = loss(torch.zeros_like(expected), compared.same).item() + np.log(3)
    assert resting.item() == pytest.approx(nothing, rel=1e-5)


@pytest.mark.parametrize(("each", "times"), [(0.5, 25), (6, 6)])
def test_slow_validations_of_a_training_by_minutes_are_few(
    prepared, tmp_path, monkeypatch, each, times
):
    """Ten minutes, a second a step: but for the first and the last, a twentieth of the time."""
    clock = [0.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: clock[0])

    def taking(seconds, result):
        def work(*_):
            clock[0] += seconds
            return result

        return work

    monkeypatch.setattr(learner.Learner, "learn", taking(1, (1.0, 2.0)))
    validate = taking(each, {"auc": 0.5, "eer": 0.5, "spread": 1.0})
    trainer = trainer_on(prepared, tmp_path, ["training.minutes=10"], validate=validate)
    assert len(trainer.train().history) == times


def test_a_training_by_minutes_goes_on_at_the_beginning_of_an_epoch(
    prepared, tmp_path, monkeypatch
):
    """It stops within one; the next epoch has other batches, and every step a number of its own."""
    seconds = itertools.count()
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(seconds)))
    trainer = trainer_on(prepared, tmp_path, ["training.minutes=0.2"])
    counters = trainer.train()
    assert counters.taken % trainer.plan.batches.steps
    assert counters.step == counters.epoch * trainer.plan.batches.steps
    longer = trainer_on(prepared, tmp_path, ["training.minutes=0.5"])
    begun = []
    epoch = longer.plan.batches.epoch
    monkeypatch.setattr(
        type(longer.plan.batches), "epoch", lambda self, rng: begun.append(rng) or epoch(rng)
    )
    assert longer.train().taken > counters.taken
    first = np.random.default_rng([0, counters.epoch])
    assert begun[0].bit_generator.seed_seq.entropy == first.bit_generator.seed_seq.entropy
