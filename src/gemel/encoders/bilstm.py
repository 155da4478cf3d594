"""Recurrent encoders: LSTM layers over words, characters or samples, pooled into one embedding.

P. Neculoiu, M. Versteegh & M. Rotaru, "Learning text similarity with siamese recurrent networks",
RepL4NLP 2016: stacked bidirectional LSTMs, mean pooling of the last layer's states, a dense layer.
J. Mueller & A. Thyagarajan, "Siamese recurrent architectures for learning sentence similarity",
AAAI 2016: one forward LSTM whose last state is the embedding.
Differs from the papers: torch's default initialisation, unless a recipe sets another.
"""

from __future__ import annotations

from typing import Literal, final

from torch import Tensor, nn

from gemel.encoders.lstm import Lstm
from gemel.encoders.masked import pooled
from gemel.encoders.output import output_layer
from gemel.encoders.stem import SequenceEncoder, Stem
from gemel.shapes import Embeddings, Lengths, Output


@final
class BiLstmEncoder(SequenceEncoder):
    """`layers` LSTMs of `hidden` units per direction, pooling by `pool`, then a dense layer.

    `embedding_size=0` omits the dense layer: the embedding is the pooled state itself.

    >>> import torch
    >>> from gemel.encoders.stem import TokenVectors
    >>> encoder = BiLstmEncoder(TokenVectors(torch.rand(9, 4)), hidden=6)
    >>> encoder(torch.ones(2, 5, dtype=torch.int64), torch.tensor([5, 3])).shape
    torch.Size([2, 128])
    """

    def __init__(
        self,
        stem: Stem,
        *,
        hidden: int = 64,
        layers: int = 1,
        both_ways: bool = True,
        pool: Literal["last", "mean", "max"] = "mean",
        embedding_size: int = 128,
        dropout: float = 0.0,
        output: Output = "linear",
    ) -> None:
        super().__init__(stem)
        widths = [stem.width, *[hidden * (2 if both_ways else 1)] * layers]
        self.pool = pool
        self.layers = nn.ModuleList(
            Lstm(width, hidden, both_ways=both_ways) for width in widths[:-1]
        )
        self.dropout = nn.Dropout(dropout)
        self.embedding_size = embedding_size or widths[-1]
        dense = nn.Linear(widths[-1], embedding_size) if embedding_size else nn.Identity()
        self.dense = nn.Sequential(dense, output_layer(output))
        self.output = output

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        frames = self.stem(values)
        for layer in self.layers:
            frames, last = layer(self.dropout(frames), lengths)
        whole = last if self.pool == "last" else pooled(frames, lengths, self.pool)
        embeddings: Embeddings = self.dense(self.dropout(whole))
        return embeddings
