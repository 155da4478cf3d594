"""The training loop, on Lightning Fabric, which handles device and precision.

All randomness of a step derives from (seed, epoch) or (seed, step), never from earlier steps, so a
killed and resumed training takes the same steps as an uninterrupted one.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias, final

import numpy as np
import torch
from lightning_fabric import Fabric

from gemel.batches import Batch
from gemel.batches.batch import OneSide
from gemel.errors import RunError
from gemel.measure.history import write_history
from gemel.progress import Progress, Stage
from gemel.run import Run
from gemel.shapes import Items
from gemel.training.board import Board
from gemel.training.checkpoint import Counters, load_checkpoint, read_counters, save_checkpoint
from gemel.training.collapse import EARLY_STEPS, collapse_sentence
from gemel.training.interrupt import remembered_interrupt
from gemel.training.optimizer import Pace, build_optimizer
from gemel.training.plan import Feed, Plan
from gemel.training.speed import Speed, choose_speed
from gemel.training.step import build_step, targets_of
from gemel.twin import SharedTwin

CHECKPOINT_SECONDS = 20.0
VALIDATIONS = 25
"""The most validations of a training without patience."""
COLLAPSE_SHARE = 0.2
"""The share of the training before which collapse is not checked: the loss may not have moved."""

Watch: TypeAlias = Callable[[Counters], None]
"""Called after each validation; may end the training by raising."""


@final
class Trainer:
    """One training, from its plan, or the last checkpoint where there is one, to its last weights.

    Its clocks run from when it is made.
    """

    def __init__(
        self, plan: Plan, run: Run, progress: Progress, watch: Watch | None = None
    ) -> None:
        self.plan, self.run, self.progress, self.watch = plan, run, progress, watch
        self.recipe = plan.recipe
        self.board = Board(run.path / "tensorboard")
        self.recent: deque[tuple[float, int]] = deque(maxlen=20)
        speed = self._resumed_speed() or choose_speed(self.recipe.training)
        if speed.compiled:
            for encoder in plan.twin.encoders:
                encoder.compile(dynamic=False)
        # Keeps Fabric's own messages out of the output for the user.
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
        self.fabric = Fabric(accelerator="auto", devices=1, precision=speed.precision)
        step = build_step(plan).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.module = step
        self.step, self.optimizer = self.fabric.setup(
            step, build_optimizer(self.recipe.optimizer, step)
        )
        self.pace = Pace(self.recipe, self.optimizer)
        self.counters = self._resumed_counters() or Counters(speed=asdict(speed))
        self.before = self.counters.seconds
        """Seconds of training that another process spent before this one went on."""
        self.started = time.monotonic() - self.before
        self.cpu_started = time.process_time() - self.counters.cpu_seconds
        self.saved = time.monotonic()

    @property
    def last(self) -> Path:
        return self.run.last_checkpoint

    @property
    def warnings(self) -> list[str]:
        return self.counters.warnings

    @property
    def best(self) -> Path:
        return self.run.checkpoints / "best.safetensors"

    def train(self) -> Counters:
        """Trains to the end and returns the counters."""
        counters = self.counters
        # A finished training continues if a longer one is asked for. One stopped between its last
        # step and the following validation still has to validate.
        validated = not counters.losses
        counters.finished = self._patience_is_over() or (validated and self._share() >= 1.0)
        with (
            remembered_interrupt() as interrupted,
            self.progress.stage("training", self._budget()) as stage,
        ):
            while not counters.finished:
                self._epoch(stage, interrupted)
        self.board.close()
        self._save(self.last)
        if interrupted():  # during the last validation, after which no step checks
            raise KeyboardInterrupt
        if self.recipe.training.keeps_best and self.best.is_file():
            load_checkpoint(self.best, self.module, self.optimizer)
        return counters

    def _budget(self) -> float:
        setting = self.recipe.training
        if setting.minutes:
            return setting.minutes * 60
        return float((setting.epochs or 1) * self.plan.batches.steps)

    def _share(self) -> float:
        """The share of the training that is done, 0–1."""
        done = self.counters.seconds if self.recipe.training.minutes else self.counters.step
        return min(1.0, done / self._budget())

    def _epoch(self, stage: Stage, interrupted: Callable[[], bool]) -> None:
        counters = self.counters
        begun = counters.epoch * self.plan.batches.steps
        rng = np.random.default_rng([self.recipe.seed, counters.epoch])
        for number, batch in enumerate(self.plan.batches.epoch(rng)):
            if begun + number < counters.step:
                continue  # taken before the checkpoint
            self._take(batch)
            stage.advance(self._share() * self._budget(), self._note(len(batch.items)))
            if interrupted():
                self._save(self.last)
                raise KeyboardInterrupt
            if self.recipe.training.minutes:
                if self._share() < 1.0 and self._validation_is_due():
                    self._validate()  # within the epoch, which may be long
                if self._share() >= 1.0 or counters.finished:
                    break
            if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
                self._save(self.last)
        counters.epoch += 1
        counters.finished |= self._share() >= 1.0
        if counters.losses and (counters.finished or self._validation_is_due()):
            self._validate()
            stage.advance(self._share() * self._budget(), self._note(0))
        # If time ran out within an epoch, a longer training continues with the next one.
        counters.step = counters.epoch * self.plan.batches.steps

    def _take(self, batch: Batch) -> None:
        counters = self.counters
        self.pace.set(self._share(), counters.epoch)
        counters.losses.append(self._update(batch))
        counters.step += 1
        counters.taken += 1
        self._clock()

    def _update(self, batch: Batch) -> float:
        """One optimiser step, with randomness from the seed and the step's number; its loss."""
        number = self.counters.step
        seed = self.recipe.seed * 1_000_003 + number
        generator = torch.Generator().manual_seed(seed)
        apart = self.plan.right is not self.plan.left
        sides = batch.sides(apart=apart)
        read = isinstance(self.plan.twin, SharedTwin) and self.plan.twin.reader is not None
        targets = targets_of(batch, sides, self.fabric.to_device, read=read)
        left = right = self._items(self.plan.left, sides.left, generator)
        if apart:
            right = self._items(self.plan.right, sides.right, generator)
        self.step.train()
        with torch.random.fork_rng(devices=[]):
            self._seed(seed)
            loss, resting = self.step(left, right, targets)
        self.fabric.backward(loss)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.counters.resting.append(float(resting))
        value = float(loss.detach())
        if not math.isfinite(value):
            raise RunError(
                f"the training diverged: its loss must be a number and is {value} at step "
                f"{number}. Lower optimizer.learning_rate tenfold and train again"
            )
        return value

    def _seed(self, seed: int) -> None:
        """Seeds dropout; on a CPU only the CPU's generator, which is a thousand times faster."""
        if self.fabric.device.type == "cpu":
            torch.default_generator.manual_seed(seed)
        else:
            torch.manual_seed(seed)

    def _items(self, feed: Feed, side: OneSide, generator: torch.Generator) -> Items:
        items = tuple(map(self.fabric.to_device, feed.items(side.items)))
        return tuple(map(_channels_last, feed.augment(items, side, generator)))

    def _validation_is_due(self) -> bool:
        epochs, patience = self.recipe.training.epochs, self.recipe.training.patience
        if epochs:
            return bool(patience) or self.counters.epoch % math.ceil(epochs / VALIDATIONS) == 0
        told = self.counters.history[-1]["seconds"] if self.counters.history else 0.0
        return self.counters.seconds - told >= self._budget() / VALIDATIONS

    def _validate(self) -> None:
        """Measures, records and judges the weights; ends the training where patience is over."""
        self.module.eval()
        figures = self.plan.validate(self.plan.twin)
        self._record(figures)
        self._judge(figures[self.recipe.validation.figure])
        if self.counters.finished or time.monotonic() - self.saved > CHECKPOINT_SECONDS / 4:
            self._save(self.last)
        if self.watch is not None:
            self.watch(self.counters)

    def _record(self, figures: dict[str, float]) -> None:
        counters = self.counters
        loss, resting = float(np.mean(counters.losses)), float(np.mean(counters.resting))
        counters.losses, counters.resting = [], []
        self._clock()
        row = {
            "epoch": self._epochs(),
            "seconds": round(counters.seconds, 3),
            "loss": loss,
            "learning_rate": self.pace.learning_rate,
            **figures,
        }
        counters.history.append(row)
        write_history(self.run.history, counters.history)
        self.board.log(row, counters.taken)
        early = counters.taken <= EARLY_STEPS and self._share() < 1.0
        if self._share() >= COLLAPSE_SHARE and not early:
            self._warn(collapse_sentence(figures.get("spread"), loss, resting, counters.taken))

    def _judge(self, value: float) -> None:
        """Keeps these weights if they validate better than any before."""
        counters = self.counters
        if not self.recipe.validation.is_better(value, than=counters.best):
            counters.waited += 1
            counters.finished |= self._patience_is_over()
            return
        counters.best, counters.best_epoch, counters.waited = value, self._epochs(), 0
        if self.recipe.training.keeps_best:
            self._save(self.best)

    def _epochs(self) -> float:
        """The number of epochs trained, fractional within an epoch."""
        trained = round(self.counters.step / self.plan.batches.steps, 4)
        return int(trained) if trained.is_integer() else trained

    def _clock(self) -> None:
        """Updates wall-clock and CPU seconds, including those before a resume."""
        self.counters.seconds = time.monotonic() - self.started
        self.counters.cpu_seconds = time.process_time() - self.cpu_started

    def _patience_is_over(self) -> bool:
        patience = self.recipe.training.patience
        return patience is not None and self.counters.waited >= patience

    def _warn(self, sentence: str | None) -> None:
        cause = sentence.partition(":")[0] if sentence else None
        if sentence and not any(told.startswith(f"{cause}:") for told in self.warnings):
            self.warnings.append(sentence)
            self.progress.say(f"warning: {sentence}")

    def _note(self, batch_items: int) -> str:
        counters = self.counters
        self.recent.append((time.monotonic(), batch_items))
        seconds = self.recent[-1][0] - self.recent[0][0]
        speed = (sum(items for _, items in self.recent) - batch_items) / max(seconds, 1e-9)
        latest = counters.losses[-20:] or [each["loss"] for each in counters.history[-1:]]
        shown = f"loss {np.mean(latest):.4f}" if latest else ""
        if counters.history:
            watched = self.recipe.validation.figure
            shown += f"  validation {watched} {counters.history[-1][watched]:.4f}"
        return f"{shown}  {speed:,.0f} items/s" if seconds > 0 else shown

    def _save(self, path: Path) -> None:
        if self.fabric.global_rank == 0:
            save_checkpoint(path, self.module, self.optimizer, self.counters)
        if path == self.last:  # the only checkpoint that training resumes from
            self.saved = time.monotonic()

    def _resumed_counters(self) -> Counters | None:
        """The counters of the last checkpoint, whose state is loaded; None without one."""
        if not self.last.is_file():
            return None
        return load_checkpoint(self.last, self.module, self.optimizer)

    def _resumed_speed(self) -> Speed | None:
        return Speed(**read_counters(self.last).speed) if self.last.is_file() else None


def _channels_last(values: torch.Tensor) -> torch.Tensor:
    """Pictures in channels-last format, the fastest for convolutions; others unchanged."""
    return values.contiguous(memory_format=torch.channels_last) if values.ndim == 4 else values
