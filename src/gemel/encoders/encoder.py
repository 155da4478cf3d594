"""What every encoder is: a module from a batch of items to one embedding each."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import nn

from gemel.shapes import Embeddings, Images, Output


class Encoder(nn.Module, ABC):
    """Items in, embeddings out. The normalisation of pixels is its own first layer.

    `output` says what the last layer does, and so which distances can be reached.
    """

    input_shape: tuple[int, ...]
    embedding_size: int
    output: Output
    map_sides: tuple[int, int] = (1, 1)
    """Height and width of the maps that an embedding is the flattening of."""

    @abstractmethod
    def forward(self, items: Images) -> Embeddings: ...
