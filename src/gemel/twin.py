"""The twin: encoders, how their weights are tied, and the metric that compares what they say.

`shared` is the Siamese network: one encoder for both sides. The two other ties have their place
here, as two more subclasses of `Twin`: `separate` (pseudo-Siamese, an encoder for each side) and
`joint` (2-channel, the pair goes in as one item and there are no embeddings).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple, final

import torch
from torch import Tensor, nn

from gemel.encoders import Encoder
from gemel.errors import RecipeError
from gemel.metrics import Metric
from gemel.readers import Reader
from gemel.shapes import Distances, Embeddings, Items, Positions


class Asked(NamedTuple):
    """One episode: positions in the batch of its queries and examples, and whose examples they are.

    `told` (n, w) has a 1 for each example's class.
    """

    query: Positions
    support: Positions
    told: Tensor


class Twin(nn.Module, ABC):
    """Compares items of a batch, named by their positions in it."""

    @abstractmethod
    def forward(self, items: Items, rows: Positions, columns: Positions) -> Distances:
        """(r, m) the distance of item rows[i] to each of columns[i]; (r,) and (r, m) go in."""


@final
class SharedTwin(Twin):
    """One encoder on both sides: the verdict is symmetric, and items have embeddings."""

    def __init__(self, encoder: Encoder, metric: Metric, reader: Reader | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.metric = metric
        self.reader = reader

    def embed(self, items: Items) -> Embeddings:
        embeddings: Embeddings = self.encoder(*items)
        return embeddings

    def forward(self, items: Items, rows: Positions, columns: Positions) -> Distances:
        embeddings = self.embed(items)
        with torch.autocast(embeddings.device.type, enabled=False):
            # Distances are differences of near-equal numbers: they are taken in full precision.
            embeddings = embeddings.float()
            if 2 * columns.numel() >= len(embeddings) ** 2:
                # Most pairs of the batch are asked for: all at once cost less than each alone.
                every: Distances = self.metric(embeddings[None], embeddings[None])[0]
                return every[rows].gather(1, columns)
            distances: Distances = self.metric(embeddings[rows][:, None], embeddings[columns])
        return distances.squeeze(1)

    def read(self, items: Items, asked: Asked) -> Distances:
        """(r, w) the distance of each query to each of the episode's classes, by the reader."""
        assert self.reader is not None
        embeddings = self.embed(items)
        with torch.autocast(embeddings.device.type, enabled=False):
            embeddings = embeddings.float()
            support, query = embeddings[asked.support][None], embeddings[asked.query][None]
            told = asked.told[None].float()
            distances: Distances = self.reader(self.metric, support, told, query)[0]
        return distances


def check_margin(margin: float | None, encoder: Encoder, metric: Metric) -> None:
    """Raises `RecipeError` where no two embeddings can be as far apart as the margin asks."""
    reach = metric.reach(encoder.output)
    if margin is not None and margin > reach:
        raise RecipeError(
            f"the loss asks for a margin of {margin:g}, but this metric reaches at most "
            f"{reach:.3g} on embeddings whose last layer is {encoder.output!r}: set loss.margin "
            f"below {reach:.3g}, or another encoder.output"
        )
