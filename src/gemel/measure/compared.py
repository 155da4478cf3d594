"""What a matcher says of the distances between items: by their embeddings, or pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Embeddings, Indices, Packed, Padded, Side
from gemel.evaluation.comparer import Comparer, EmbeddingComparer, JointComparer
from gemel.inputs import Raw
from gemel.matcher_file import Tie
from gemel.measure.packed import PackedSide, PackedSides
from gemel.networks import JointNetworks, Networks, read
from gemel.progress import Progress, Silent

ENCODED_AT_ONCE = 256

JOINT_PAIRS = 20_000
"""What a protocol looks at where every pair is a pass of the network, unless told otherwise."""


@final
@dataclass(frozen=True)
class Fetched:
    """Items as one side packs them, by position; `order` (n,) puts those of a length together."""

    fetch: Callable[[Indices], Packed]
    order: Indices


@final
@dataclass(frozen=True)
class Compared:
    """The items to compare, for both sides; `what` they are called while they are encoded."""

    left: Fetched
    right: Fetched
    count: int
    what: str = "items"

    def side(self, side: Side) -> Fetched:
        return self.left if side == "left" else self.right


def some_of(packed: PackedSides, items: Indices, what: str = "items") -> Compared:
    """Some items of a dataset; positions are those in `items`."""

    def fetched(side: PackedSide) -> Fetched:
        return Fetched(lambda chosen: side[items[chosen]], side.by_length(items))

    return Compared(fetched(packed.left), fetched(packed.right), len(items), what)


def these(left: Packed, right: Packed) -> Compared:
    """Items that are at hand, as each side packs them."""
    return Compared(_at_hand(left), _at_hand(right), len(left))


def raw_items(networks: Networks | JointNetworks, items: Sequence[Raw]) -> Compared:
    """Items that are no dataset, each read by the inputs of both sides."""
    left, right = (read(input, items) for input in networks.inputs)
    return these(left, right)


def comparer_of(
    networks: Networks | JointNetworks, items: Compared, progress: Progress = Silent()
) -> Comparer:
    """Embeddings are computed here, once; a joint tie computes each pair when it is asked for."""
    if isinstance(networks, JointNetworks):
        return JointComparer(items.left.fetch, items.right.fetch, networks.distances, progress)
    left = encoded(networks.left.encode, items, progress)
    alike = networks.right is networks.left
    right = None if alike else encoded(networks.right.encode, items, progress, "right")
    return EmbeddingComparer(left, networks.distances, right, progress)


def encoded(
    encode: Callable[[Packed], Embeddings],
    items: Compared,
    progress: Progress = Silent(),
    side: Side = "left",
) -> Embeddings:
    """(n, d) the items as one side packs and encodes them, each once; 0 for those not on it."""
    fetched = items.side(side)
    embeddings = np.zeros((items.count, 1), np.float32)  # all there is of a side without items
    with progress.stage(f"encoding {items.what}", len(fetched.order)) as stage:
        for start in range(0, len(fetched.order), ENCODED_AT_ONCE):
            chosen = fetched.order[start : start + ENCODED_AT_ONCE]
            rows = encode(fetched.fetch(chosen))
            if start == 0:
                embeddings = np.zeros((items.count, rows.shape[1]), np.float32)
            embeddings[chosen] = rows
            stage.advance(start + len(chosen))
    return embeddings


def most_pairs(tie: Tie, asked: int | None) -> int | None:
    """How many pairs a protocol may look at; None for as many as its figures need."""
    return JOINT_PAIRS if asked is None and tie == "joint" else asked


def embeddings_of(comparer: Comparer) -> Embeddings | None:
    """Those that a comparer has at hand, to be drawn as a map."""
    return comparer.embeddings if isinstance(comparer, EmbeddingComparer) else None


def _at_hand(packed: Packed) -> Fetched:
    order = np.arange(len(packed))
    if isinstance(packed, Padded):
        order = np.argsort(packed.lengths, kind="stable")
    return Fetched(packed.__getitem__, order)
