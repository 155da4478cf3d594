"""A stack of dense layers, the last of which makes the embedding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from gemel.encoders.output import output_layer
from gemel.shapes import Output


def dense_layers(sizes: Sequence[int], dropout: float, output: Output) -> list[nn.Module]:
    """Dense layers from each size to the next, with ReLU and dropout between them."""
    *hidden, last = (nn.Linear(wide, narrow) for wide, narrow in pairwise(sizes))
    layers = [each for layer in hidden for each in (layer, nn.ReLU(), nn.Dropout(dropout))]
    return [*layers, last, output_layer(output)]
