"""Stems: what makes frames of a kind's items, so that one encoder serves every kind of sequence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import final

import torch
from torch import Tensor, nn

from gemel.encoders.encoder import Encoder
from gemel.shapes import Embeddings, Frames, Items, Lengths

PADDING = 0
"""The token id that stands behind the end of a text."""


class Stem(nn.Module, ABC):
    """Values of sequences in, frames (n, t, `width`) out."""

    width: int

    @abstractmethod
    def forward(self, values: Tensor) -> Frames: ...

    @abstractmethod
    def example(self) -> Tensor:
        """(2, t, ...) values of two sequences."""


@final
class TokenVectors(Stem):
    """A vector for every token, drawn at random or given, and `tuned` with the rest or left so.

    `dropout` leaves out whole tokens, as P. Iyyer et al. ("Deep unordered composition rivals
    syntactic methods for text classification", ACL 2015) do.

    >>> stem = TokenVectors(torch.rand(9, 4))
    >>> stem(torch.tensor([[2, 3, 0]])).shape
    torch.Size([1, 3, 4])
    """

    def __init__(self, vectors: Tensor, *, tuned: bool = True, dropout: float = 0.0) -> None:
        super().__init__()
        self.width = vectors.shape[1]
        self.dropout = dropout
        self.vectors = nn.Parameter(vectors.float(), requires_grad=tuned)

    def forward(self, values: Tensor) -> Frames:
        frames = nn.functional.embedding(values, self.vectors, padding_idx=PADDING)
        if self.training and self.dropout:
            kept = torch.rand(values.shape, device=values.device) >= self.dropout
            frames = frames * kept[..., None]
        return frames

    def example(self) -> Tensor:
        return example_tokens()


def example_tokens() -> Tensor:
    """Ids of two texts, of the first token that is no padding."""
    return torch.ones(2, 7, dtype=torch.int64)


class SequenceEncoder(Encoder):
    """Sequences in, each with its own length; what stands behind its end changes nothing."""

    def __init__(self, stem: Stem) -> None:
        super().__init__()
        self.stem = stem

    @abstractmethod
    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings: ...

    def example(self) -> Items:
        return (self.stem.example(), torch.tensor([7, 5]))
