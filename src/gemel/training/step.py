"""One step of a training: items of a batch in, the number to make small out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gemel.batches import Batch
from gemel.batches.batch import Sides
from gemel.losses import Loss
from gemel.memories import Memory, remember
from gemel.shapes import Distances, EmbeddingSets, Items, Positions, Same, Scalar
from gemel.training.plan import Plan
from gemel.twin import Asked, SharedTwin, Twin


class StepTargets(NamedTuple):
    """What of a batch is compared with what, on the device: see `Batch`."""

    rows: Positions
    columns: Positions
    same: Same
    copies: Same
    asked: Asked | None = None
    """Where a reader answers: the episode, and then `same` has a column for each of its classes."""
    grades: Distances | None = None
    classes: Positions | None = None
    """Where a memory answers: what each item is called in its sequence."""

    def target(self, loss: Loss) -> Tensor:
        """What the loss holds distances against."""
        return self.same if self.grades is None or not loss.graded else self.grades


def targets_of(
    batch: Batch, sides: Sides, to_device: Callable[[Tensor], Tensor], *, read: bool
) -> StepTargets:
    """`read` is true where a reader answers and the batch is an episode for it."""
    arrays = (sides.rows, sides.columns, batch.same, batch.copies)
    rows, columns, same, copies = (to_device(torch.from_numpy(array)) for array in arrays)
    if batch.classes is not None:
        classes = to_device(torch.from_numpy(batch.classes))
        return StepTargets(rows, columns, same, copies, classes=classes)
    if not read:
        grades = None if batch.grades is None else to_device(torch.from_numpy(batch.grades))
        return StepTargets(rows, columns, same, copies, grades=grades)
    assert batch.ways is not None
    support_labels = F.one_hot(to_device(torch.from_numpy(batch.ways))).float()
    answers = (same.float() @ support_labels) > 0
    return StepTargets(rows, columns, answers, copies, Asked(rows, columns[0], support_labels))


class StepLosses(NamedTuple):
    """What a step gives: the number to make small, and what it would be at no distance at all."""

    value: Scalar
    resting: Scalar


@final
class Step(nn.Module):
    """Twin and loss as the one module that is trained: from items to the number to make small."""

    def __init__(self, twin: Twin, loss: Loss, instances: float = 0.0) -> None:
        super().__init__()
        self.twin = twin
        self.loss = loss
        self.instances = instances

    def forward(self, left: Items, right: Items, targets: StepTargets) -> StepLosses:
        if targets.asked is None:
            distance = self.twin(left, right, targets.rows, targets.columns)
        else:
            assert isinstance(self.twin, SharedTwin)
            distance = self.twin.read(left, targets.asked)
        with torch.autocast(distance.device.type, enabled=False):
            return _with_resting(partial(self._value, targets), distance)

    def _value(self, targets: StepTargets, distance: Distances) -> Scalar:
        value: Scalar = self.loss(distance, targets.target(self.loss))
        if self.instances:
            value = value + self.instances * self.loss(distance, targets.copies)
        return value


@final
class MemoryStep(nn.Module):
    """Twin, memory and loss as the one module that is trained.

    A batch holds sequences of `length` items, one after another. The loss is that of the distances
    within each sequence plus the cross-entropy of the memory's answer to every item: the first of
    a class too, which can only be guessed among the classes not seen so far.
    """

    def __init__(self, twin: SharedTwin, memory: Memory, loss: Loss, length: int) -> None:
        super().__init__()
        self.twin = twin
        self.memory = memory
        self.loss = loss
        self.length = length

    def forward(self, left: Items, right: Items, targets: StepTargets) -> StepLosses:
        del right
        assert targets.classes is not None
        embeddings = self.twin.embed(left)
        with torch.autocast(targets.same.device.type, enabled=False):
            sets = embeddings.float().reshape(-1, self.length, embeddings.shape[1])
            # Columns are of the row's own sequence: their place in it is what is left of them.
            within = self.twin.metric(sets, sets).flatten(0, 1)
            distance = within.gather(1, targets.columns % self.length)
            answers = answers_to(self.memory, sets, targets.classes)
            return _with_resting(partial(self._value, targets), distance, answers)

    def _value(self, targets: StepTargets, distance: Distances, answers: Tensor) -> Scalar:
        assert targets.classes is not None
        value: Scalar = self.loss(distance, targets.same)
        return value + F.cross_entropy(-answers, targets.classes)


def _with_resting(value: Callable[..., Scalar], *distances: Tensor) -> StepLosses:
    with torch.no_grad():
        resting = value(*map(torch.zeros_like, distances))
    return StepLosses(value(*distances), resting)


def answers_to(memory: Memory, sets: EmbeddingSets, classes: Positions) -> Distances:
    """(b * t, ways) the answers to (b, t, d) items in time, of (b * t,) classes."""
    told = F.one_hot(classes, memory.ways).float().reshape(len(sets), sets.shape[1], -1)
    answers: Distances = remember(memory, sets, told).flatten(0, 1)
    return answers


def build_step(plan: Plan) -> Step | MemoryStep:
    batch = plan.recipe.batch
    if plan.memory is None:
        return Step(plan.twin, plan.loss, getattr(batch, "instances", 0.0))
    assert batch.kind == "sequences"
    assert isinstance(plan.twin, SharedTwin)
    return MemoryStep(plan.twin, plan.memory, plan.loss, batch.ways * batch.items)
