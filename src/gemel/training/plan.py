"""All that a training needs, made before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch

from gemel.arrays import Array, Indices
from gemel.batches import BatchKind
from gemel.losses import Loss
from gemel.memories import Memory
from gemel.recipe import Recipe
from gemel.shapes import Items
from gemel.training.augmenting import Augmenting
from gemel.twin import Twin


@final
@dataclass(frozen=True)
class Feed:
    """What goes into a training on one side: items by position, as the encoder takes them."""

    fetch: Callable[[Indices], tuple[Array, ...]]
    augment: Augmenting

    def items(self, positions: Indices) -> Items:
        return tuple(torch.from_numpy(array) for array in self.fetch(positions))


@final
@dataclass(frozen=True)
class Plan:
    """What to train, on what, and how to tell whether it gets better.

    `used` has the weights of `twin` and is what the matcher will ask: the same, or one that looks
    at several views. `left` and `right` give the items of either side, and are one for a shared
    tie; `validate` the figures of a twin on the validation part by name, `auc` among them.
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
