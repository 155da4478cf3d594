"""Stems: the first layer of sequence encoders, one for each kind of item (texts, series)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import final

import torch
from torch import Tensor, nn

from gemel.encoders.encoder import Encoder
from gemel.shapes import Embeddings, Frames, Items, Lengths

PADDING = 0
"""The token id that pads texts."""


class Stem(nn.Module, ABC):
    """Maps the values of sequences, (n, t) tokens or (n, t, c) samples, to frames (n, t, width)."""

    width: int

    @abstractmethod
    def forward(self, values: Tensor) -> Frames: ...

    @abstractmethod
    def example(self) -> Tensor:
        """(2, t, …) values of two sequences, for tracing."""


@final
class TokenVectors(Stem):
    """Token embeddings from the given (tokens, width) `vectors`; trained only if `tuned`.

    `dropout` zeroes whole tokens: P. Iyyer et al., "Deep unordered composition rivals syntactic
    methods for text classification", ACL 2015. Differs from the paper: a zeroed token still counts
    in the mean over tokens.

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
            keep = torch.rand(values.shape, device=values.device) >= self.dropout
            frames = frames * keep[..., None]
        return frames

    def example(self) -> Tensor:
        return example_tokens()


def example_tokens() -> Tensor:
    """Token ids of two texts, without padding."""
    return torch.ones(2, 7, dtype=torch.int64)


class SequenceEncoder(Encoder):
    """An encoder of padded sequences; its embeddings do not depend on the padding."""

    def __init__(self, stem: Stem) -> None:
        super().__init__()
        self.stem = stem

    @abstractmethod
    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings: ...

    def example(self) -> Items:
        return (self.stem.example(), torch.tensor([7, 5]))
