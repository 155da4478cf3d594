"""Contextual encoder: one descriptor per token, from its own vector and its context.

    d_i = W [ h_i ; x_i ] + b      for the first `places` tokens, zero for padding

x_i is the token's vector and h_i the state of a bidirectional LSTM at it. There is no pooling: the
embedding is the flattened map of all descriptors, made for the metric `alignment`, which matches
the words of one sentence with those of another.

After Khattab & Zaharia, "ColBERT", SIGIR 2020, section 3.2 (late interaction of contextual word
embeddings). Differs from the paper: an LSTM in place of BERT, the token's own vector beside its
state, and descriptors of any length, by which the metric weights them.
"""

from __future__ import annotations

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gemel.encoders.lstm import Lstm
from gemel.encoders.masked import mask
from gemel.encoders.stem import SequenceEncoder, Stem
from gemel.shapes import Embeddings, Lengths


@final
class ContextualEncoder(SequenceEncoder):
    """A descriptor of size `descriptors` for each of the first `places` tokens.

    Later tokens are read by the LSTM but have no descriptor.

    >>> from gemel.encoders import TokenVectors
    >>> encoder = ContextualEncoder(TokenVectors(torch.rand(9, 4)), places=8)
    >>> encoder(torch.ones(2, 5, dtype=torch.int64), torch.tensor([5, 3])).shape, encoder.map_size
    (torch.Size([2, 512]), (1, 8))
    """

    output = "linear"

    def __init__(
        self,
        stem: Stem,
        *,
        hidden: int = 50,
        descriptors: int = 64,
        places: int = 32,
    ) -> None:
        super().__init__(stem)
        self.places = places
        self.map_size = (1, places)
        self.embedding_size = descriptors * places
        self.lstm = Lstm(stem.width, hidden, both_ways=True)
        self.dense = nn.Linear(self.lstm.width + stem.width, descriptors)

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        frames = self.stem(values)
        frames = frames * mask(frames, lengths)
        states, _ = self.lstm(frames, lengths)
        descriptors = self.dense(torch.cat([states, frames], dim=-1)) * mask(frames, lengths)
        kept = F.pad(descriptors, (0, 0, 0, self.places))[:, : self.places]
        return kept.transpose(1, 2).flatten(1)
