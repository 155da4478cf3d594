"""The interface of readers: classify an episode's queries given all of its examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

from torch import nn

from gemel.shapes import ClassDistances, CrossDistances, EmbeddingSets, SupportLabels

AnyMetric: TypeAlias = Callable[[EmbeddingSets, EmbeddingSets], CrossDistances]
"""The metric of the twin to which a reader belongs."""


class Reader(nn.Module, ABC):
    """Maps the embeddings of b episodes to distances (b, q, w) of queries to classes.

    `support` is (b, n, d), `support_labels` (b, n, w) one-hot and `query` (b, q, d); `size` is the
    embedding dimension d. Smaller is nearer; distances are comparable only within one query.
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
