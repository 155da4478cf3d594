"""Comparers of a matcher's networks: by embeddings, or pair by pair for a joint tie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Embeddings, Indices, Packed, Padded, Side, slices
from gemel.evaluation.comparer import Comparer, EmbeddingComparer, JointComparer
from gemel.inputs import Raw
from gemel.matcher.networks import JointNetworks, Networks, Tie, read
from gemel.measure.packed import PackedSide, PackedSides
from gemel.progress import Progress, Silent

ENCODED_AT_ONCE = 256

JOINT_PAIRS = 20_000
"""Default limit of a protocol where every pair is a pass of the network."""


@final
@dataclass(frozen=True)
class Fetched:
    """Packed items of one side, fetched by position; `order` (n,) sorts them by length."""

    fetch: Callable[[Indices], Packed]
    order: Indices


@final
@dataclass(frozen=True)
class Compared:
    """The items to compare, for both sides; progress calls them `what`."""

    left: Fetched
    right: Fetched
    count: int
    what: str = "items"

    def side(self, side: Side) -> Fetched:
        return self.left if side == "left" else self.right


def some_of(packed: PackedSides, items: Indices, what: str = "items") -> Compared:
    """Some items of a packed dataset, renumbered to their positions in `items`."""

    def fetched(side: PackedSide) -> Fetched:
        return Fetched(lambda chosen: side[items[chosen]], side.by_length(items))

    return Compared(fetched(packed.left), fetched(packed.right), len(items), what)


def these(left: Packed, right: Packed) -> Compared:
    """Items in memory, as each side packs them."""
    return Compared(_in_memory(left), _in_memory(right), len(left))


def raw_items(networks: Networks | JointNetworks, items: Sequence[Raw]) -> Compared:
    """Raw items without a dataset, read by the inputs of both sides."""
    left, right = (read(input, items) for input in networks.inputs)
    return these(left, right)


def comparer_of(
    networks: Networks | JointNetworks, items: Compared, progress: Progress = Silent()
) -> Comparer:
    """The comparer of a matcher's networks.

    Items are encoded here, once; a joint tie runs its network on each pair when asked for it.
    """
    if isinstance(networks, JointNetworks):
        return JointComparer(items.left.fetch, items.right.fetch, networks.distances, progress)
    left = encoded(networks.left.encode, items, progress)
    shared = networks.right is networks.left
    right = None if shared else encoded(networks.right.encode, items, progress, "right")
    return EmbeddingComparer(left, networks.distances, right, progress)


def encoded(
    encode: Callable[[Packed], Embeddings],
    items: Compared,
    progress: Progress = Silent(),
    side: Side = "left",
) -> Embeddings:
    """(n, d) the embeddings of the items on one side; 0 for items that are not on it."""
    fetched = items.side(side)
    embeddings = np.zeros((items.count, 1), np.float32)  # kept if the side has no items
    with progress.stage(f"encoding {items.what}", len(fetched.order)) as stage:
        for chunk in slices(len(fetched.order), ENCODED_AT_ONCE):
            chosen = fetched.order[chunk]
            rows = encode(fetched.fetch(chosen))
            if chunk.start == 0:
                embeddings = np.zeros((items.count, rows.shape[1]), np.float32)
            embeddings[chosen] = rows
            stage.advance(chunk.stop)
    return embeddings


def most_pairs(tie: Tie, asked: int | None) -> int | None:
    """The most pairs for a protocol; None for as many as its figures need."""
    return JOINT_PAIRS if asked is None and tie == "joint" else asked


def embeddings_of(comparer: Comparer) -> Embeddings | None:
    """The embeddings of a comparer, if it has any."""
    return comparer.embeddings if isinstance(comparer, EmbeddingComparer) else None


def _in_memory(packed: Packed) -> Fetched:
    order = np.arange(len(packed))
    if isinstance(packed, Padded):
        order = np.argsort(packed.lengths, kind="stable")
    return Fetched(packed.__getitem__, order)
