"""The Siamese network: one encoder for both sides, so that the verdict is symmetric.

Bromley, Guyon, LeCun, Säckinger & Shah, "Signature Verification using a Siamese Time Delay Neural
Network", NIPS 1993.
"""

from __future__ import annotations

from typing import NamedTuple, final

import torch
from torch import Tensor

from gemel.arrays import Side
from gemel.encoders import Encoder
from gemel.metrics import Metric
from gemel.readers import Reader
from gemel.shapes import Distances, Items, Positions
from gemel.twin.twin import EmbeddingTwin, between


class Episode(NamedTuple):
    """One episode: batch positions of its queries and examples, and the examples' classes.

    `support_labels` (n, w) is one-hot.
    """

    query: Positions
    support: Positions
    support_labels: Tensor


@final
class SharedTwin(EmbeddingTwin):
    """One encoder for both sides; each item of a batch is encoded once.

    >>> from gemel.encoders import ENCODERS, PixelStatistics
    >>> from gemel.metrics import METRICS
    >>> encoder = ENCODERS["mlp"]((1, 4, 4), PixelStatistics.untouched(1), widths=(8,))
    >>> twin, items = SharedTwin(encoder, METRICS["euclidean"](8)).eval(), (torch.rand(3, 1, 4, 4),)
    >>> twin(items, items, torch.tensor([0]), torch.tensor([[1, 2]])).shape
    torch.Size([1, 2])
    """

    def __init__(self, encoder: Encoder, metric: Metric, reader: Reader | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.metric = metric
        self.reader = reader

    @property
    def encoders(self) -> tuple[Encoder, ...]:
        return (self.encoder,)

    def encoder_of(self, side: Side) -> Encoder:
        del side
        return self.encoder

    def forward(self, left: Items, right: Items, rows: Positions, columns: Positions) -> Distances:
        del right
        embeddings = self.embed(left)
        return between(self.metric, embeddings, embeddings, rows, columns)

    def read(self, items: Items, episode: Episode) -> Distances:
        """(r, w) distances of each query to each of the episode's classes, by the reader."""
        assert self.reader is not None
        embeddings = self.embed(items)
        with torch.autocast(embeddings.device.type, enabled=False):
            embeddings = embeddings.float()
            support, query = embeddings[episode.support][None], embeddings[episode.query][None]
            support_labels = episode.support_labels[None].float()
            distances: Distances = self.reader(self.metric, support, support_labels, query)[0]
        return distances
