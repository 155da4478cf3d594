"""The tensors that cross a door in the torch rooms, each named once; tests check them at run time.

Named axes: n items, d numbers of an embedding, r rows (each is compared with m columns).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Bool, Float, Int
from torch import Tensor

Images: TypeAlias = Float[Tensor, "n c h w"]
"""A batch of pictures, floats in 0–1."""

Maps: TypeAlias = Float[Tensor, "n maps h w"]
Items: TypeAlias = tuple[Tensor, ...]
"""A batch as an encoder takes it: (pictures,), or (values, lengths) of items of any length."""

Frames: TypeAlias = Float[Tensor, "n t _"]
"""A batch of sequences, some numbers for each of t steps."""

Lengths: TypeAlias = Int[Tensor, " n"]
"""How many steps of each sequence are its own; what stands behind them is padding."""

Embeddings: TypeAlias = Float[Tensor, "n d"]

RightEmbeddings: TypeAlias = Float[Tensor, "m d"]
"""Of the other side, which need not have as many items."""

EmbeddingSets: TypeAlias = Float[Tensor, "b _ d"]
"""b sets of embeddings; what is compared are the sets at one position of b."""

CrossDistances: TypeAlias = Float[Tensor, "b n m"]
"""In each of b sets, n embeddings against m."""

SupportLabels: TypeAlias = Float[Tensor, "b n w"]
"""In each of b episodes, which of w classes each of n examples is of: one 1 in a row of zeros."""

ClassDistances: TypeAlias = Float[Tensor, "b q w"]
"""In each of b episodes, the distance of q queries to w classes."""

Classes: TypeAlias = Float[Tensor, "b ways"]
"""One item of each of b sequences: its class, one-hot, or its distance to every class."""

ClassSets: TypeAlias = Float[Tensor, "b t ways"]
"""All t items of each of b sequences, in time."""

States: TypeAlias = Float[Tensor, "b numbers"]
"""What a memory carries from one item of b sequences to the next."""

Positions: TypeAlias = Int[Tensor, "..."]
"""Rows of a batch."""

Distances: TypeAlias = Float[Tensor, "*rows columns"]
"""Smaller is nearer. The last axis holds what one row is compared with."""

PairDistances: TypeAlias = Float[Tensor, "n"]
"""One distance for each pair."""

Same: TypeAlias = Bool[Tensor, "*rows columns"]
"""True for a matching pair; shaped like the distances."""

Scalar: TypeAlias = Float[Tensor, ""]

Output: TypeAlias = Literal["linear", "relu", "sigmoid", "softmax", "unit"]
"""What an encoder's last layer does to its numbers: it bounds the distances that can be reached."""

SHORTEST = 1e-4
"""Lower bound of the norm divided by: it bounds the gradient of embeddings near zero."""
