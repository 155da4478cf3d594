"""Everything that the training loop needs, built before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch

from gemel.arrays import Array, Indices
from gemel.batches import BatchKind
from gemel.losses import Loss
from gemel.memories import Memory
from gemel.planning.augmenting import Augmenting
from gemel.recipe.schema import Recipe
from gemel.shapes import Items
from gemel.twin import Twin


@final
@dataclass(frozen=True)
class Feed:
    """Supplies the items of one side by position, in the form that its encoder takes."""

    fetch: Callable[[Indices], tuple[Array, ...]]
    augment: Augmenting

    def items(self, positions: Indices) -> Items:
        return tuple(torch.from_numpy(array) for array in self.fetch(positions))


@final
@dataclass(frozen=True)
class Plan:
    """What to train, on which batches, and how to validate it.

    `used` shares the weights of `twin` and is what the matcher will use: the same object, or a twin
    with test-time augmentation. `left` and `right` are the same object for a shared tie. `validate`
    returns figures of a twin on the validation part by name, `auc` among them.
    """

    recipe: Recipe
    twin: Twin
    used: Twin
    loss: Loss
    batches: BatchKind
    left: Feed
    right: Feed
    validate: Callable[[Twin], dict[str, float]]
    memory: Memory | None = None
