"""What every reader is: it answers queries in the light of all examples of an episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

from torch import nn

from gemel.shapes import ClassDistances, CrossDistances, EmbeddingSets, SupportLabels

AnyMetric: TypeAlias = Callable[[EmbeddingSets, EmbeddingSets], CrossDistances]
"""The metric of the twin that a reader belongs to."""


class Reader(nn.Module, ABC):
    """From the embeddings of b episodes to the distance of every query to every class.

    `support_labels` says which class each example is of: a row of zeros and a one. `size` is the
    embedding dimension. Smaller is nearer; distances of one query are compared with each other
    and with no one else's.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    @abstractmethod
    def forward(
        self,
        metric: AnyMetric,
        support: EmbeddingSets,
        support_labels: SupportLabels,
        query: EmbeddingSets,
    ) -> ClassDistances: ...
