"""Convolutions over windows of a few tokens, max-pooled over the text.

Y. Kim, "Convolutional neural networks for sentence classification", EMNLP 2014: windows of 3, 4
and 5 tokens with 100 maps each, ReLU, the maximum over the text, dropout 0.5.
Differs from the paper: a dense layer makes the embedding; convolutions are padded by half a window,
so that texts may be shorter than a window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn

from gemel.encoders.masked import mask, max_over
from gemel.encoders.output import output_layer
from gemel.encoders.stem import SequenceEncoder, Stem
from gemel.shapes import Embeddings, Lengths, Output


@final
class TextConvEncoder(SequenceEncoder):
    """Choose it where short phrases matter, wherever they occur in the text.

    >>> from gemel.encoders.stem import TokenVectors
    >>> encoder = TextConvEncoder(TokenVectors(torch.rand(9, 4)))
    >>> encoder(torch.ones(2, 1, dtype=torch.int64), torch.tensor([1, 1])).shape
    torch.Size([2, 128])
    """

    def __init__(
        self,
        stem: Stem,
        *,
        windows: Sequence[int] = (3, 4, 5),
        maps: int = 100,
        embedding_size: int = 128,
        dropout: float = 0.5,
        output: Output = "unit",
    ) -> None:
        super().__init__(stem)
        self.windows = nn.ModuleList(
            nn.Conv1d(stem.width, maps, size, padding=size // 2) for size in windows
        )
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(maps * len(windows), embedding_size)
        self.last = output_layer(output)
        self.embedding_size = embedding_size
        self.output = output

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        frames = self.stem(values)
        frames = frames * mask(frames, lengths)
        pooled = []
        for window in self.windows:
            maps = window(frames.transpose(1, 2)).relu().transpose(1, 2)
            # Padding makes the output of an even window one longer than the text.
            pooled.append(max_over(maps[:, : frames.shape[1]], lengths))
        embeddings: Embeddings = self.last(self.dense(self.dropout(torch.cat(pooled, 1))))
        return embeddings
