"""The layers of BERT: word-piece and position embeddings, and transformer encoder layers.

    a = norm(x + O(softmax(Q(x) K(x)ᵀ / √d) V(x)))    attention per head, of size d
    y = norm(a + N(gelu(W(a))))

J. Devlin, M. Chang, K. Lee & K. Toutanova, "BERT: pre-training of deep bidirectional transformers",
NAACL 2019, section 3, after A. Vaswani et al., "Attention is all you need", NIPS 2017.
Differs from the paper: a text is always one segment, so the embedding of segment 0 is folded into
the position embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch.nn.functional as F
from jaxtyping import Bool
from torch import Tensor, nn

from gemel.encoders.stem import Stem, example_tokens
from gemel.shapes import Frames


@final
@dataclass(frozen=True)
class BertShape:
    """The sizes of a BERT, named as in its `config.json`."""

    vocab_size: int
    max_position_embeddings: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    layer_norm_eps: float = 1e-12
    hidden_dropout_prob: float = 0.1


@final
class WordPieces(Stem):
    """The sum of word-piece and position embeddings, layer-normalised.

    >>> import torch
    >>> WordPieces(BertShape(9, 8, 4, 1, 2, 6))(torch.tensor([[2, 3, 0]])).shape
    torch.Size([1, 3, 4])
    """

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.width = shape.hidden_size
        self.words = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.places = nn.Embedding(shape.max_position_embeddings, shape.hidden_size)
        self.norm = nn.LayerNorm(shape.hidden_size, shape.layer_norm_eps)
        self.dropout = nn.Dropout(shape.hidden_dropout_prob)

    def forward(self, values: Tensor) -> Frames:
        places = self.places.weight[: values.shape[1]]
        frames: Frames = self.dropout(self.norm(self.words(values) + places))
        return frames

    def example(self) -> Tensor:
        return example_tokens()


@final
class BertLayer(nn.Module):
    """One post-norm transformer layer. `own` (n, t) is false for padding."""

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        size, self.heads = shape.hidden_size, shape.num_attention_heads
        self.query, self.key, self.value = (nn.Linear(size, size) for _ in range(3))
        self.attended = nn.Linear(size, size)
        self.attended_norm = nn.LayerNorm(size, shape.layer_norm_eps)
        self.wide = nn.Linear(size, shape.intermediate_size)
        self.narrow = nn.Linear(shape.intermediate_size, size)
        self.norm = nn.LayerNorm(size, shape.layer_norm_eps)
        self.dropout = nn.Dropout(shape.hidden_dropout_prob)

    def forward(self, frames: Frames, own: Bool[Tensor, "n t"]) -> Frames:
        attended = F.scaled_dot_product_attention(
            self._split_heads(self.query(frames)),
            self._split_heads(self.key(frames)),
            self._split_heads(self.value(frames)),
            attn_mask=own[:, None, None],
        )
        attended = self.attended(attended.transpose(1, 2).flatten(2))
        frames = self.attended_norm(frames + self.dropout(attended))
        output: Frames = self.norm(frames + self.dropout(self.narrow(F.gelu(self.wide(frames)))))
        return output

    def _split_heads(self, frames: Frames) -> Tensor:
        """(n, t, width) to (n, heads, t, width / heads)."""
        return frames.view(*frames.shape[:2], self.heads, -1).transpose(1, 2)
