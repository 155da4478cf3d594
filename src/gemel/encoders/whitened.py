"""Encoders with layers that are set before the first step: whitenings within labels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor, nn

from gemel.encoders.encoder import PictureEncoder
from gemel.encoders.fixed_linear import FixedLinear
from gemel.shapes import Images

Whitening: TypeAlias = nn.Linear | FixedLinear
"""A layer that is set; what a training does to it afterwards is the encoder's choice."""


class WhitenedEncoder(PictureEncoder):
    """What a training needs to know to set the layers; `shrinkage` is that of the whitening.

    With `by_axes` a layer's features are standardised and brought to as many principal axes as it
    keeps first: where features by far outnumber items, there is nothing else in them.
    """

    shrinkage: float
    by_axes: bool = False

    @abstractmethod
    def described(self, items: Images) -> list[Float[Tensor, "n views d"]]:
        """What each of the layers is given, of every view of each item."""

    @abstractmethod
    def whitenings(self) -> Sequence[Whitening]:
        """The layers, in the order of what they are given."""
