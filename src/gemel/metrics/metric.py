"""What every metric is: two sets of embeddings in, all distances between them out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TypeAlias

from torch import nn

from gemel.shapes import CrossDistances, EmbeddingSets, Output

Sides: TypeAlias = tuple[int, int]
"""Height and width of feature maps; (1, 1) for an embedding that is a plain list of numbers."""


class Metric(nn.Module, ABC):
    """Distances between every embedding of one set and every one of another, set by set.

    One shape serves every use: a single pair is (1, 1, d) against (1, 1, d), a batch of labelled
    pairs (n, 1, d) against (n, 1, d), a query among candidates (1, 1, d) against (1, m, d).
    Smaller is nearer, and the two sides may be exchanged: metric(a, b) is metric(b, a) transposed.
    """

    learned: bool
    """True where a distance is the negative logit of a trained score, and may be below zero."""
    reads_maps: bool = False
    """True where an embedding is taken for the maps that it is the flattening of."""

    def __init__(self, size: int, sides: Sides = (1, 1)) -> None:
        """`size` numbers of an embedding; `sides` of the maps that it is the flattening of."""
        super().__init__()
        self.size = size
        self.sides = sides

    @abstractmethod
    def forward(self, left: EmbeddingSets, right: EmbeddingSets) -> CrossDistances: ...

    def reach(self, output: Output) -> float:
        """The largest distance between two embeddings that an encoder's last layer can make.

        No limit, unless a metric knows one.
        """
        del output
        return inf
