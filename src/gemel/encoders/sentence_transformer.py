"""A pretrained sentence model, frozen or fine-tuned, with a trained dense layer on top.

N. Reimers & I. Gurevych, "Sentence-BERT: sentence embeddings using siamese BERT-networks", EMNLP
2019: a BERT with pooled states as the encoder of a twin.
Differs from the paper: the dense layer. It is initialised orthogonal, so while `embedding_size` is
at least the model's width, cosines initially equal the model's.
"""

from __future__ import annotations

from typing import final

import torch.nn.functional as F
from torch import Tensor, nn

from gemel.encoders.masked import mask, pooled
from gemel.encoders.output import output_layer
from gemel.encoders.sentence_folder import SentenceModel
from gemel.encoders.stem import SequenceEncoder
from gemel.shapes import Embeddings, Lengths, Output


@final
class SentenceTransformerEncoder(SequenceEncoder):
    """Choose it for texts in the language of the pretrained model when labelled pairs are few.

    `tuned` fine-tunes the model; otherwise only the dense layer is trained. `embedding_size=0`
    omits the dense layer.

    >>> import torch
    >>> from gemel.encoders.bert import BertLayer, BertShape, WordPieces
    >>> shape = BertShape(9, 8, 4, 1, 2, 6)  # or `read_sentence_model(folder)` for a whole model
    >>> layers = nn.ModuleList([BertLayer(shape)])
    >>> encoder = SentenceTransformerEncoder(SentenceModel(WordPieces(shape), layers, "mean", True))
    >>> encoder(torch.ones(2, 5, dtype=torch.int64), torch.tensor([5, 3])).shape
    torch.Size([2, 128])
    """

    def __init__(
        self,
        model: SentenceModel,
        *,
        tuned: bool = False,
        embedding_size: int = 128,
        dropout: float = 0.0,
        output: Output = "unit",
    ) -> None:
        super().__init__(model.stem)
        self.layers, self.pooling, self.unit_length = model.layers, model.pooling, model.unit_length
        self.tuned = tuned
        for part in (self.stem, self.layers):
            part.requires_grad_(tuned)
        width = self.stem.width
        dense = nn.Linear(width, embedding_size) if embedding_size else nn.Identity()
        if isinstance(dense, nn.Linear):
            nn.init.orthogonal_(dense.weight)
            nn.init.zeros_(dense.bias)
        self.dense = nn.Sequential(nn.Dropout(dropout), dense, output_layer(output))
        self.embedding_size = embedding_size or width
        self.output = output

    def train(self, mode: bool = True) -> SentenceTransformerEncoder:
        """Keeps a frozen model in evaluation mode, without dropout."""
        super().train(mode)
        for part in (self.stem, self.layers):
            part.train(mode and self.tuned)
        return self

    def forward(self, values: Tensor, lengths: Lengths) -> Embeddings:
        frames = self.stem(values)
        own = mask(frames, lengths)[..., 0] > 0
        for layer in self.layers:
            frames = layer(frames, own)
        whole = pooled(frames, lengths, self.pooling)
        if self.unit_length:
            whole = F.normalize(whole, dim=-1)
        embeddings: Embeddings = self.dense(whole)
        return embeddings
