"""Names and shapes of the tensors that the torch packages exchange; tests check them at run time.

Axes: n items, embedding dimension d, r rows (each compared with m columns).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Bool, Float, Int
from torch import Tensor

Images: TypeAlias = Float[Tensor, "n c h w"]
"""A batch of pictures, floats in 0–1."""

Maps: TypeAlias = Float[Tensor, "n maps h w"]
Items: TypeAlias = tuple[Tensor, ...]
"""A batch in the form that encoders take: (pictures,), or (values, lengths) of sequences."""

Frames: TypeAlias = Float[Tensor, "n t _"]
"""A batch of padded sequences: a vector for each of t steps."""

Lengths: TypeAlias = Int[Tensor, " n"]
"""The number of steps of each sequence; the rest is padding."""

Embeddings: TypeAlias = Float[Tensor, "n d"]

RightEmbeddings: TypeAlias = Float[Tensor, "m d"]
"""Embeddings of the right side, which may have another number of items."""

EmbeddingSets: TypeAlias = Float[Tensor, "b _ d"]
"""b sets of embeddings; each set is compared with the other side's set of the same index."""

CrossDistances: TypeAlias = Float[Tensor, "b n m"]
"""Distances of n embeddings to m others, in each of b sets."""

SupportLabels: TypeAlias = Float[Tensor, "b n w"]
"""One-hot classes (of w) of n examples, in each of b episodes."""

ClassDistances: TypeAlias = Float[Tensor, "b q w"]
"""Distances of q queries to w classes, in each of b episodes."""

Classes: TypeAlias = Float[Tensor, "b ways"]
"""One item of each of b sequences: its one-hot class, or its distances to all classes."""

ClassSets: TypeAlias = Float[Tensor, "b t ways"]
"""The same for all t items of each of b sequences."""

States: TypeAlias = Float[Tensor, "b numbers"]
"""The recurrent states of a memory in b sequences."""

Positions: TypeAlias = Int[Tensor, "..."]
"""Indices of items in a batch."""

Distances: TypeAlias = Float[Tensor, "*rows columns"]
"""Smaller is nearer. Along the last axis are the items that one row is compared with."""

PairDistances: TypeAlias = Float[Tensor, "n"]
"""One distance per pair."""

Same: TypeAlias = Bool[Tensor, "*rows columns"]
"""True for a matching pair; shaped like the distances."""

Scalar: TypeAlias = Float[Tensor, ""]

Output: TypeAlias = Literal["linear", "relu", "sigmoid", "softmax", "unit"]
"""The activation of an encoder's last layer, which bounds the distances of embeddings."""

SHORTEST = 1e-4
"""Lower bound of the norm divided by: it bounds the gradient of embeddings near zero."""
