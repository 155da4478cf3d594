"""The training loop: steps, validations and checkpoints until the training's length is reached.

An epoch's batches derive from (seed, epoch) alone, as a step's randomness does from its number.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import TypeAlias, final

import numpy as np

from gemel.batches import Batch
from gemel.planning.plan import Plan
from gemel.progress import Progress, Stage
from gemel.run import Run, write_history
from gemel.training.board import Board
from gemel.training.checkpoint import Counters, read_counters
from gemel.training.collapse import EARLY_STEPS, collapse_sentence
from gemel.training.interrupt import deferred_interrupt
from gemel.training.learner import Learner
from gemel.training.note import Note
from gemel.training.speed import Speed, choose_speed

CHECKPOINT_SECONDS = 20.0
VALIDATIONS = 25
"""The most validations of a training without patience."""
VALIDATION_SHARE = 0.05
"""The most of a training by minutes that goes to validations between the first and the last."""
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
        self.setting = plan.recipe.training
        self.figure = plan.recipe.validation.figure
        self.epoch_steps = plan.batches.steps
        minutes, epochs = self.setting.minutes, self.setting.epochs or 1
        self.length = minutes * 60 if minutes else float(epochs * self.epoch_steps)
        """Seconds of a training by minutes, steps of any other."""
        last, resumes = run.last_checkpoint, run.last_checkpoint.is_file()
        speed = Speed(**read_counters(last).speed) if resumes else choose_speed(self.setting)
        self.learner = Learner(plan, speed)
        self.counters = self.learner.load(last) if resumes else Counters(speed=asdict(speed))
        self.note, self.board = Note(self.figure), Board(run.path / "tensorboard")
        self.before = self.counters.seconds
        """Seconds of training that another process spent before this one went on."""
        self.started = time.monotonic() - self.before
        self.cpu_started = time.process_time() - self.counters.cpu_seconds
        self.saved = time.monotonic()
        self.validating = 0.0
        """Seconds of the last validation."""

    def train(self) -> Counters:
        """Trains to the end and returns the counters."""
        counters = self.counters
        # A finished training continues if a longer one is asked for. One stopped between its last
        # step and the following validation still has to validate.
        validated = not counters.losses
        counters.finished = self._patience_is_over() or (validated and self._share() >= 1)
        with (
            deferred_interrupt() as interrupted,
            self.progress.stage("training", self.length) as stage,
        ):
            while not counters.finished:
                self._epoch(stage, interrupted)
        self.board.close()
        self._save()
        if interrupted():  # during the last validation, after which no step checks
            raise KeyboardInterrupt
        if self.setting.keeps_best and self.run.best_checkpoint.is_file():
            # A kill may have come between this file and the checkpoint that was resumed from.
            counters.best_epoch = self.learner.load(self.run.best_checkpoint).best_epoch
        return counters

    def _epoch(self, stage: Stage, interrupted: Callable[[], bool]) -> None:
        counters = self.counters
        for batch in self._remaining_batches():
            self._step(batch)
            stage.advance(self._done(), self.note.after(len(batch.items), counters))
            if interrupted():
                self._save()
                raise KeyboardInterrupt
            if self.setting.minutes and self._share() < 1 and self._validation_is_due():
                self._validate()  # within the epoch, which may be long
            if self._share() >= 1 or counters.finished:
                break
            if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
                self._save()
        counters.epoch += 1
        counters.finished |= self._share() >= 1
        if counters.losses and (counters.finished or self._validation_is_due()):
            self._validate()
            stage.advance(self._done(), self.note.after(0, counters))
        # If time ran out within an epoch, a longer training continues with the next one.
        counters.step = counters.epoch * self.epoch_steps

    def _remaining_batches(self) -> Iterator[Batch]:
        """The batches of this epoch, without those taken before the checkpoint."""
        counters = self.counters
        rng = np.random.default_rng([self.plan.recipe.seed, counters.epoch])
        taken = max(0, counters.step - counters.epoch * self.epoch_steps)
        return islice(self.plan.batches.epoch(rng), taken, None)

    def _step(self, batch: Batch) -> None:
        counters = self.counters
        self.learner.scheduler.set(self._share(), counters.epoch)
        loss, resting = self.learner.learn(batch, counters.step)
        counters.losses.append(loss)
        counters.resting.append(resting)
        counters.step += 1
        counters.taken += 1
        self._clock()

    def _done(self) -> float:
        """The part of the training's length that is done, in its unit."""
        done = self.counters.seconds if self.setting.minutes else self.counters.step
        return min(self.length, done)

    def _share(self) -> float:
        """The share of the training that is done, 0–1."""
        return self._done() / self.length

    def _patience_is_over(self) -> bool:
        patience = self.setting.patience
        return patience is not None and self.counters.waited >= patience

    def _validation_is_due(self) -> bool:
        counters, epochs = self.counters, self.setting.epochs
        if epochs:
            every = math.ceil(epochs / VALIDATIONS)
            return bool(self.setting.patience) or counters.epoch % every == 0
        last = counters.history[-1]["seconds"] if counters.history else 0.0
        since = counters.seconds - last
        return since >= max(self.length / VALIDATIONS, self.validating / VALIDATION_SHARE)

    def _validate(self) -> None:
        """Measures, records and judges the weights; ends the training where patience is over."""
        begun = time.monotonic()
        self.learner.module.eval()
        figures = self.plan.validate(self.plan.twin)
        self.validating = time.monotonic() - begun
        self._record(figures)
        self._judge(figures[self.figure])
        if self.counters.finished or time.monotonic() - self.saved > CHECKPOINT_SECONDS / 4:
            self._save()
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
            "learning_rate": self.learner.scheduler.learning_rate,
            **figures,
        }
        counters.history.append(row)
        write_history(self.run.history, counters.history)
        self.board.log(row, counters.taken)
        early = counters.taken <= EARLY_STEPS and self._share() < 1
        if self._share() >= COLLAPSE_SHARE and not early:
            self._warn(collapse_sentence(figures.get("spread"), loss, resting, counters.taken))

    def _judge(self, value: float) -> None:
        """Keeps these weights if they validate better than any before."""
        counters = self.counters
        if not self.plan.recipe.validation.is_better(value, than=counters.best):
            counters.waited += 1
            counters.finished |= self._patience_is_over()
            return
        counters.best, counters.best_epoch, counters.waited = value, self._epochs(), 0
        if self.setting.keeps_best:
            self.learner.save(self.run.best_checkpoint, counters)
            self._save()  # a training by the clock that resumes from before takes another course

    def _epochs(self) -> float:
        """The number of epochs trained, fractional within an epoch."""
        trained = round(self.counters.step / self.epoch_steps, 4)
        return int(trained) if trained.is_integer() else trained

    def _clock(self) -> None:
        """Updates wall-clock and CPU seconds, including those before a resume."""
        self.counters.seconds = time.monotonic() - self.started
        self.counters.cpu_seconds = time.process_time() - self.cpu_started

    def _warn(self, sentence: str | None) -> None:
        """Reports a warning, once for each cause: the words before its colon."""
        warnings = self.counters.warnings
        if sentence and _cause(sentence) not in map(_cause, warnings):
            warnings.append(sentence)
            self.progress.say(f"warning: {sentence}")

    def _save(self) -> None:
        """Writes the checkpoint that training resumes from."""
        self.learner.save(self.run.last_checkpoint, self.counters)
        self.saved = time.monotonic()


def _cause(warning: str) -> str:
    return warning.partition(":")[0]
