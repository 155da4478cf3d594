"""What every twin is: items of two sides in, distances between them out."""

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
    """Compares items of the left side with items of the right one, named by their positions.

    `encoders` are all there are, each once; `exchangeable` is true where the sides may be
    exchanged, to the last bit once it is not in training.
    """

    exchangeable: bool

    @property
    @abstractmethod
    def encoders(self) -> tuple[Encoder, ...]: ...

    @property
    @abstractmethod
    def learned(self) -> bool:
        """True where a distance is the negative logit of a trained score."""

    @abstractmethod
    def forward(self, left: Items, right: Items, rows: Positions, columns: Positions) -> Distances:
        """(r, m) the distance of left[rows[i]] to each right[columns[i, j]]; (r,) and (r, m) go in.

        Where both sides have the same items, as a shared twin always has, `right` is `left`.
        """

    @abstractmethod
    def reach(self) -> float:
        """The largest distance that there can be."""


class EmbeddingTwin(Twin, ABC):
    """A twin whose items have embeddings, each by itself: they can be kept, searched and mapped."""

    metric: Metric
    reader: Reader | None
    """What answers episodes in the light of all examples, where that is not the metric alone."""

    @abstractmethod
    def encoder_of(self, side: Side) -> Encoder: ...

    def embed(self, items: Items, side: Side = "left") -> Embeddings:
        embeddings: Embeddings = self.encoder_of(side)(*items)
        return embeddings


def between(
    metric: Metric, left: Embeddings, right: RightEmbeddings, rows: Positions, columns: Positions
) -> Distances:
    """(r, m) the distances that a twin is asked for, from the embeddings of its sides."""
    with torch.autocast(left.device.type, enabled=False):
        # Distances are differences of near-equal numbers: they are taken in full precision, of
        # embeddings in the training's precision (in use everything is in full precision).
        shared = right is left
        left = left.float()
        right = left if shared else right.float()
        if 2 * columns.numel() >= len(left) * len(right):
            # Most of all pairs are asked for: all at once cost less than each alone.
            every: Distances = metric(left[None], right[None])[0]
            return every[rows].gather(1, columns)
        if 4 * columns.shape[1] > 3 * len(right):
            # As few rows as in a batch with forgeries, each against nearly all.
            every = metric(left[rows][None], right[None])[0]
            return every.gather(1, columns)
        # Rows with the same columns are one set: their columns are gathered once.
        sets = _sets(columns)
        asked, among = rows.reshape(sets, -1), columns[:: len(columns) // sets]
        if shared and _from_both_ends(asked, among):
            there = metric(left[asked[::2]], left[among[::2]])
            distances = torch.stack([there, there.transpose(1, 2)], 1).flatten(0, 1)
        else:
            distances = metric(left[asked], right[among])
    return distances.flatten(0, 1)


def _from_both_ends(asked: Positions, among: Positions) -> bool:
    """Whether every second set asks for the pairs of the set before it, from their other end."""
    return (
        len(asked) % 2 == 0
        and torch.equal(asked[::2], among[1::2])
        and torch.equal(asked[1::2], among[::2])
    )


def _sets(columns: Positions) -> int:
    """How many sets of as many rows, one after the other, have the same columns each."""
    new = torch.nonzero((columns[1:] != columns[:-1]).any(1)).flatten() + 1
    count = len(new) + 1
    even = torch.arange(1, count, device=new.device) * (len(columns) // count)
    return count if len(columns) % count == 0 and torch.equal(new, even) else len(columns)


def check_margin(margin: float | None, twin: Twin) -> None:
    """Raises `RecipeError` where no two items can be as far apart as the margin asks."""
    reach = twin.reach()
    if margin is not None and margin > reach:
        raise RecipeError(
            f"the loss wants different pairs {margin:g} apart, but this metric reaches at most "
            f"{reach:.3g} on embeddings whose last layer is {twin.encoders[0].output!r}: set "
            f"loss.margin (or half of loss.bound) below {reach:.3g}, or another encoder.output"
        )
