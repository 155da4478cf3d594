"""What every encoder is: a module from a batch of items to one embedding each."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from gemel.shapes import Embeddings, Images, Items, Output


class Encoder(nn.Module, ABC):
    """Items in, embeddings out: one batch of pictures, or values and lengths of sequences.

    `output` says what the last layer does, and so which distances can be reached.
    """

    embedding_size: int
    output: Output
    map_sides: tuple[int, int] = (1, 1)
    """Height and width of the maps that an embedding is the flattening of."""

    @abstractmethod
    def example(self) -> Items:
        """Two items as `forward` takes them, to trace it with."""


class PictureEncoder(Encoder):
    """Pictures of one shape in. The normalisation of pixels is its own first layer."""

    input_shape: tuple[int, ...]

    @abstractmethod
    def forward(self, items: Images) -> Embeddings: ...

    def example(self) -> Items:
        return (torch.rand(2, *self.input_shape),)
