"""The interface of encoders with layers set before training as whitenings within classes."""

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
"""A layer to be set as a whitening: trained from there on, or fixed."""


class WhitenedEncoder(PictureEncoder):
    """What training needs to set the whitening layers; see `functional/whitening.py`.

    With `by_axes`, features are first standardised and projected onto as many principal axes as the
    layer keeps, which suits features that far outnumber the items.
    """

    shrinkage: float
    by_axes: bool = False

    @abstractmethod
    def described(self, items: Images) -> list[Float[Tensor, "n views d"]]:
        """The features that each layer takes, of every view of each item."""

    @abstractmethod
    def whitenings(self) -> Sequence[Whitening]:
        """The layers, in the order of `described`."""
