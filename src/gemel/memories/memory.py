"""What every memory is: a network that walks through a sequence and names each item on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from gemel.shapes import Classes, ClassSets, Embeddings, EmbeddingSets, States


class Memory(nn.Module, ABC):
    """One step through a sequence, from state to state: what came before says what an item is.

    A metric compares two items and knows nothing else; a memory has seen all items so far and was
    told the class of each, one step late. `ways` is how many classes it tells apart. A state is a
    row of `state_size` numbers and begins as zeros, so that one step is all there is to export.
    """

    ways: int
    state_size: int

    @abstractmethod
    def forward(self, items: Embeddings, told: Classes, state: States) -> tuple[Classes, States]:
        """The next item (b, d) of b sequences: its distance (b, ways) to each class, and the states
        after it. `told` (b, ways) is the class of the item before, one-hot, or zeros where there
        was none. Smaller is nearer: a negative logit."""


def remember(memory: Memory, items: EmbeddingSets, told: ClassSets) -> ClassSets:
    """(b, t, ways) the answers to (b, t, d) items in time, whose classes are (b, t, ways) one-hot.

    The class of an item is told with the item after it: never before the answer.
    """
    state = items.new_zeros(len(items), memory.state_size)
    before = torch.zeros_like(told[:, 0])
    answers = []
    for item, own in zip(items.unbind(1), told.unbind(1), strict=True):
        distance, state = memory(item, before, state)
        answers.append(distance)
        before = own
    return torch.stack(answers, 1)
