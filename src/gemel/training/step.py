"""The forward pass of a training step: from the items of a batch to the loss."""

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
from gemel.planning.plan import Plan
from gemel.shapes import Distances, EmbeddingSets, Items, Positions, Same, Scalar
from gemel.twin import Episode, SharedTwin, Twin


class StepTargets(NamedTuple):
    """Which items of a batch are compared, and the truth, as tensors on the device: see `Batch`."""

    rows: Positions
    columns: Positions
    same: Same
    copies: Same
    episode: Episode | None = None
    """The episode, if a reader is trained; `same` then has a column for each of its classes."""
    grades: Distances | None = None
    classes: Positions | None = None
    """The class of each item in its sequence, if a memory is trained."""

    def target(self, loss: Loss) -> Tensor:
        """The target of the loss: grades if it is graded and there are any, otherwise `same`."""
        return self.same if self.grades is None or not loss.graded else self.grades


def targets_of(
    batch: Batch, sides: Sides, to_device: Callable[[Tensor], Tensor], *, read: bool
) -> StepTargets:
    """The targets of a batch; `read` if the batch is an episode for a reader."""
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
    return StepTargets(rows, columns, answers, copies, Episode(rows, columns[0], support_labels))


class StepLosses(NamedTuple):
    """The loss of a step, and what it would be if all distances were zero."""

    value: Scalar
    resting: Scalar


@final
class Step(nn.Module):
    """Twin and loss as one module to train.

    `instances` is the weight of an additional loss, which tells copies of an item from others.
    """

    def __init__(self, twin: Twin, loss: Loss, instances: float = 0.0) -> None:
        super().__init__()
        self.twin = twin
        self.loss = loss
        self.instances = instances

    def forward(self, left: Items, right: Items, targets: StepTargets) -> StepLosses:
        if targets.episode is None:
            distance = self.twin(left, right, targets.rows, targets.columns)
        else:
            assert isinstance(self.twin, SharedTwin)
            distance = self.twin.read(left, targets.episode)
        with torch.autocast(distance.device.type, enabled=False):
            return _with_resting(partial(self._value, targets), distance)

    def _value(self, targets: StepTargets, distance: Distances) -> Scalar:
        value: Scalar = self.loss(distance, targets.target(self.loss))
        if self.instances:
            value = value + self.instances * self.loss(distance, targets.copies)
        return value


@final
class MemoryStep(nn.Module):
    """Twin, memory and loss as one module to train.

    A batch is a concatenation of sequences of `length` items. The total is the loss of the
    distances within each sequence plus the cross-entropy of the memory's classification of every
    item, including the first of each class, which can only be guessed.
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
            # Columns lie in the row's own sequence: the remainder is their position in it.
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
    """The memory's distances (b * t, ways) for (b, t, d) items in order, of classes (b * t,)."""
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
