"""The interface of memories: recurrent networks that classify each item of a sequence in turn."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from gemel.shapes import Classes, ClassSets, Embeddings, EmbeddingSets, States


class Memory(nn.Module, ABC):
    """One step of a recurrent classifier: classifies an item given the earlier items and classes.

    The class of each item is given one step late. `ways` is the number of classes. The state is a
    vector of `state_size` numbers, initially zero, so only the step needs to be exported.
    """

    ways: int
    state_size: int

    @abstractmethod
    def forward(self, items: Embeddings, told: Classes, state: States) -> tuple[Classes, States]:
        """Distances (b, ways) of the next items (b, d) to each class, and the new states.

        `told` (b, ways) is the one-hot class of the previous item, zeros if there is none. A
        distance is a negative logit: smaller is nearer.
        """


def remember(memory: Memory, items: EmbeddingSets, told: ClassSets) -> ClassSets:
    """Runs a memory over sequences: (b, t, d) items to distances (b, t, ways) to each class.

    `told` (b, t, ways) holds the one-hot classes; each is given to the memory with the next item.
    """
    state = items.new_zeros(len(items), memory.state_size)
    previous = torch.zeros_like(told[:, 0])
    distances = []
    for item, own in zip(items.unbind(1), told.unbind(1), strict=True):
        distance, state = memory(item, previous, state)
        distances.append(distance)
        previous = own
    return torch.stack(distances, 1)
