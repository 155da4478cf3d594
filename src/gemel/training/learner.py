"""What a training changes: a plan's network, one optimiser step for each batch.

Lightning Fabric handles device and precision. All randomness of a step derives from the seed and
the step's number, never from earlier steps, so a killed and resumed training takes the same steps
as an uninterrupted one.
"""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any, final

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.precision import MixedPrecision

from gemel.batches import Batch
from gemel.batches.batch import OneSide
from gemel.errors import RunError
from gemel.planning.plan import Feed, Plan
from gemel.progress import quiet
from gemel.shapes import Items
from gemel.training.checkpoint import Counters, load_checkpoint, save_checkpoint
from gemel.training.optimizer import Scheduler, build_optimizer
from gemel.training.speed import Precision, Speed
from gemel.training.step import StepLosses, build_step, targets_of


@final
class Learner:
    """The network of a plan and its optimiser, on one device."""

    def __init__(self, plan: Plan, speed: Speed) -> None:
        if speed.compiled:
            for encoder in plan.twin.encoders:
                encoder.compile(dynamic=False)
        self.plan = plan
        self.module = build_step(plan).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        with quiet("lightning_fabric", level=logging.WARNING):  # what it says of the device
            self.fabric = _fabric(speed.precision)
            self.step, self.optimizer = self.fabric.setup(
                self.module, build_optimizer(plan.recipe.optimizer, self.module)
            )
        self.scheduler = Scheduler(plan.recipe, self.optimizer)

    def learn(self, batch: Batch, number: int) -> tuple[float, float]:
        """Takes the optimiser step of this number; returns its `StepLosses` as plain numbers.

        Raises `RunError` if the loss is no number.
        """
        losses = self._descend(batch, self.plan.recipe.seed * 1_000_003 + number)
        loss, resting = float(losses.value.detach()), float(losses.resting)
        if not math.isfinite(loss):
            raise RunError(
                f"the training diverged: its loss must be a number and is {loss} at step "
                f"{number}. Lower optimizer.learning_rate tenfold and train again"
            )
        return loss, resting

    def _descend(self, batch: Batch, seed: int) -> StepLosses:
        plan, generator = self.plan, torch.Generator().manual_seed(seed)
        apart = plan.right is not plan.left
        sides = batch.sides(apart=apart)
        read = plan.recipe.reader is not None
        targets = targets_of(batch, sides, self.fabric.to_device, read=read)
        left = self._items(plan.left, sides.left, generator)
        right = self._items(plan.right, sides.right, generator) if apart else left
        self.step.train()
        with torch.random.fork_rng(devices=[]):
            self._seed_dropout(seed)
            losses: StepLosses = self.step(left, right, targets)
        self.fabric.backward(losses.value)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return losses

    def _items(self, feed: Feed, side: OneSide, generator: torch.Generator) -> Items:
        items = tuple(map(self.fabric.to_device, feed.items(side.items)))
        return tuple(map(_channels_last, feed.augment(items, side, generator)))

    def _seed_dropout(self, seed: int) -> None:
        """Seeds on a CPU only the CPU's generator, which is a thousand times faster."""
        if self.fabric.device.type == "cpu":
            torch.default_generator.manual_seed(seed)
        else:
            torch.manual_seed(seed)

    def save(self, path: Path, counters: Counters) -> None:
        """Writes a checkpoint; of several processes only the first does."""
        if self.fabric.global_rank == 0:
            save_checkpoint(path, self.module, self.optimizer, counters)

    def load(self, path: Path) -> Counters:
        """Restores a checkpoint in place; returns its counters."""
        return load_checkpoint(path, self.module, self.optimizer)


class _Autocast(MixedPrecision):
    """Autocast alone: Fabric would also round the items themselves, before an encoder subtracts
    their mean, and validation and use do not round them.
    """

    def convert_input(self, data: Any) -> Any:
        return data


def _fabric(precision: Precision) -> Fabric:
    fabric = Fabric(accelerator="auto", devices=1)
    if precision == "32-true":
        return fabric
    plugin = _Autocast(precision, fabric.device.type)
    return Fabric(accelerator="auto", devices=1, plugins=plugin)


def _channels_last(values: torch.Tensor) -> torch.Tensor:
    """Pictures in channels-last format, the fastest for convolutions; others unchanged."""
    return values.contiguous(memory_format=torch.channels_last) if values.ndim == 4 else values
