"""The last layer of an encoder, by the name that recipes use."""

from __future__ import annotations

from typing import final

import torch.nn.functional as F
from torch import nn

from gemel.shapes import SHORTEST, Embeddings, Output


@final
class UnitLength(nn.Module):
    """Scales every embedding to length 1."""

    def forward(self, embeddings: Embeddings) -> Embeddings:
        return F.normalize(embeddings, dim=-1, eps=SHORTEST)


def output_layer(output: Output) -> nn.Module:
    """The layer that makes a dense layer's numbers an embedding."""
    layers: dict[Output, nn.Module] = {
        "linear": nn.Identity(),
        "relu": nn.ReLU(),
        "sigmoid": nn.Sigmoid(),
        "softmax": nn.Softmax(dim=-1),
        "unit": UnitLength(),
    }
    return layers[output]
