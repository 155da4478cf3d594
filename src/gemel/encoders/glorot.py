"""Initial weights as in Keras: Glorot-uniform, with biases of zero.

Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks",
AISTATS 2010, eq. 16.
"""

from __future__ import annotations

from torch import nn


def initialise(layers: nn.Sequential) -> None:
    """Draws the weights of the convolutions and dense layers anew, in their order."""
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
