"""The interface of twins: networks from items of two sides to distances between them."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from gemel.arrays import Side
from gemel.encoders import Encoder
from gemel.errors import RecipeError
from gemel.metrics import Metric
from gemel.readers import Reader
from gemel.shapes import Distances, Embeddings, Items, Positions, RightEmbeddings


class Twin(nn.Module, ABC):
    """Distances between items of the left side and items of the right side.

    `encoders` lists each encoder once.
    """

    @property
    @abstractmethod
    def encoders(self) -> tuple[Encoder, ...]: ...

    @property
    @abstractmethod
    def learned(self) -> bool:
        """True if a distance is the negative logit of a trained score."""

    @abstractmethod
    def forward(self, left: Items, right: Items, rows: Positions, columns: Positions) -> Distances:
        """(r, m) distances of left[rows[i]] to right[columns[i, j]], for rows (r,), columns (r, m).

        If both sides have the same items, as with a shared twin, `right` is the same object as
        `left`.
        """

    @abstractmethod
    def reach(self) -> float:
        """The largest possible distance."""


class EmbeddingTwin(Twin, ABC):
    """A twin whose items have embeddings."""

    metric: Metric
    reader: Reader | None
    """Classifies the queries of episodes, if not the metric alone."""

    @property
    def learned(self) -> bool:
        return self.metric.learned

    def reach(self) -> float:
        return max(self.metric.reach(encoder.output) for encoder in self.encoders)

    @abstractmethod
    def encoder_of(self, side: Side) -> Encoder: ...

    def embed(self, items: Items, side: Side = "left") -> Embeddings:
        embeddings: Embeddings = self.encoder_of(side)(*items)
        return embeddings


def between(
    metric: Metric, left: Embeddings, right: RightEmbeddings, rows: Positions, columns: Positions
) -> Distances:
    """(r, m) distances of left[rows[i]] to right[columns[i, j]], at the least cost.

    Computed in float32 even under autocast: differences of near-equal numbers lose precision.
    """
    with torch.autocast(left.device.type, enabled=False):
        shared = right is left
        left = left.float()
        right = left if shared else right.float()
        if 2 * columns.numel() >= len(left) * len(right):
            # At least half of all pairs: computing all of them at once is cheaper.
            every: Distances = metric(left[None], right[None])[0]
            return every[rows].gather(1, columns)
        if 4 * columns.shape[1] > 3 * len(right):
            # Few rows, each against nearly all columns, as in a batch with forgeries.
            every = metric(left[rows][None], right[None])[0]
            return every.gather(1, columns)
        # Consecutive rows with the same columns form one set, whose columns are gathered once.
        sets = _sets(columns)
        asked, among = rows.reshape(sets, -1), columns[:: len(columns) // sets]
        if shared and _mirrored(asked, among):
            there = metric(left[asked[::2]], left[among[::2]])
            distances = torch.stack([there, there.transpose(1, 2)], 1).flatten(0, 1)
        else:
            distances = metric(left[asked], right[among])
    return distances.flatten(0, 1)


def _mirrored(asked: Positions, among: Positions) -> bool:
    """Whether every second set holds the pairs of the set before it with their sides exchanged."""
    return (
        len(asked) % 2 == 0
        and torch.equal(asked[::2], among[1::2])
        and torch.equal(asked[1::2], among[::2])
    )


def _sets(columns: Positions) -> int:
    """How many sets of consecutive rows share their columns; one per row unless of equal size."""
    starts = torch.nonzero((columns[1:] != columns[:-1]).any(1)).flatten() + 1
    count = len(starts) + 1
    even = torch.arange(1, count, device=starts.device) * (len(columns) // count)
    return count if len(columns) % count == 0 and torch.equal(starts, even) else len(columns)


def check_margin(margin: float | None, twin: Twin) -> None:
    """Raises `RecipeError` if the margin exceeds the largest possible distance."""
    reach = twin.reach()
    if margin is not None and margin > reach:
        raise RecipeError(
            f"the loss pushes different pairs {margin:g} apart, but this metric reaches at most "
            f"{reach:.3g} on embeddings whose last layer is {twin.encoders[0].output!r}: set "
            f"loss.margin (or half of loss.bound) below {reach:.3g}, or another encoder.output"
        )
