"""The interface of metrics: modules from two sets of embeddings to all distances between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor, nn

from gemel.shapes import CrossDistances, EmbeddingSets, Output

MapSize: TypeAlias = tuple[int, int]
"""Height and width of feature maps; (1, 1) for a plain embedding vector."""


class Metric(nn.Module, ABC):
    """Distances between all embeddings of two sets, batched: (b, n, d) and (b, m, d) to (b, n, m).

    A single pair is (1, 1, d) against (1, 1, d), a batch of labelled pairs (n, 1, d) against
    (n, 1, d), a query among candidates (1, 1, d) against (1, m, d). Smaller is nearer. Metrics are
    symmetric: metric(a, b) is metric(b, a) transposed.
    """

    learned: bool
    """True if a distance is the negative logit of a trained score, which may be negative."""
    reads_maps: bool = False
    """True if the metric interprets embeddings as flattened feature maps."""

    def __init__(self, size: int, map_size: MapSize = (1, 1)) -> None:
        """`size` is the embedding dimension; embeddings flatten maps of `map_size`."""
        super().__init__()
        self.size = size
        self.map_size = map_size

    @abstractmethod
    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances: ...

    def descriptors(self, embeddings: EmbeddingSets) -> Float[Tensor, "b n places c"]:
        """The descriptor at each place of the maps that the embeddings flatten."""
        sets, items, _ = embeddings.shape
        height, width = self.map_size
        return embeddings.reshape(sets, items, -1, height * width).transpose(-1, -2)

    def reach(self, output: Output) -> float:
        """The largest distance between embeddings whose last layer is `output`; `inf` by default.

        Used to refuse margins that no pair could reach.
        """
        del output
        return inf
