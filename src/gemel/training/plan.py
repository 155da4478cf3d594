"""All that a training needs, made before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch

from gemel.arrays import Array, Indices
from gemel.batches import BatchKind
from gemel.losses import Loss
from gemel.recipe import Recipe
from gemel.shapes import Items
from gemel.twin import SharedTwin


@final
@dataclass(frozen=True)
class Plan:
    """What to train, on what, and how to tell whether it gets better.

    `fetch` gives packed items by position, as the encoder takes them; `validate` the
    figures of a twin on the validation side by name, `auc` among them.
    """

    recipe: Recipe
    twin: SharedTwin
    loss: Loss
    batches: BatchKind
    augment: Callable[[Items, torch.Generator], Items]
    fetch: Callable[[Indices], tuple[Array, ...]]
    validate: Callable[[SharedTwin], dict[str, float]]

    def items(self, positions: Indices) -> Items:
        return tuple(torch.from_numpy(array) for array in self.fetch(positions))
