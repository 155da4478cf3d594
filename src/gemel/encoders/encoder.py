"""The interface of encoders: modules from a batch of items to one embedding each."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from gemel.shapes import Embeddings, Images, Items, Output


class Encoder(nn.Module, ABC):
    """Maps a batch of items, pictures or (values, lengths) of sequences, to embeddings (n, d).

    `output` names the activation of the last layer, which bounds the distances that embeddings can
    have.
    """

    embedding_size: int
    output: Output
    map_size: tuple[int, int] = (1, 1)
    """Height and width of the feature maps of which an embedding is the flattening."""

    @abstractmethod
    def example(self) -> Items:
        """A batch of two items, in the form that `forward` takes, for tracing."""


class PictureEncoder(Encoder):
    """An encoder of pictures of one shape; its first layer normalises the pixels."""

    input_shape: tuple[int, ...]

    @abstractmethod
    def forward(self, items: Images) -> Embeddings: ...

    def example(self) -> Items:
        return (torch.rand(2, *self.input_shape),)


class LayeredEncoder(PictureEncoder):
    """An encoder of pictures that is a sequence of `layers`, which each encoder sets."""

    layers: nn.Sequential

    def forward(self, items: Images) -> Embeddings:
        embeddings: Embeddings = self.layers(items)
        return embeddings
