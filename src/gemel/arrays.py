"""The arrays that cross a door in the torch-free rooms, each named once.

Shapes are in the names of the axes: n items, d numbers of an embedding, r rows, m columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A packed item or a batch of them, in the input's own dtype; an image is (c, h, w) uint8."""

Pixels: TypeAlias = NDArray[np.uint8]
"""(channels, height, width), 0 black, 255 white."""

Indices: TypeAlias = NDArray[np.int64]
"""(n,) positions of items in a dataset or of rows in a batch."""

Codes: TypeAlias = NDArray[np.int64]
"""(n,) a label or group per item, as a position in the list of names."""

Same: TypeAlias = NDArray[np.bool_]
"""True for a matching pair."""

Distances: TypeAlias = NDArray[np.float32]
"""Smaller is nearer. A learned score's distance is its negative logit."""

Embeddings: TypeAlias = NDArray[np.float32]
"""(n, d) one row per item."""

Floats: TypeAlias = NDArray[np.float64]
"""Numbers that are computed with, not stored: rates, weights, probabilities."""


Side: TypeAlias = Literal["left", "right"]
"""Of a pair, and of the twin that compares it."""


@final
@dataclass(frozen=True)
class Padded:
    """Items of different length side by side: `values` (n, longest, …), zeros behind each end.

    Some of them, by a slice or by positions, are trimmed to the longest of these.

    >>> items = padded([np.array([7, 8, 9]), np.array([5])])
    >>> items.values.tolist(), items[1:].values.tolist()
    ([[7, 8, 9], [5, 0, 0]], [[5]])
    """

    values: Array
    lengths: Indices

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, chosen: slice | Indices) -> Padded:
        lengths = self.lengths[chosen]
        return Padded(self.values[chosen, : lengths.max(initial=0)], lengths)


Packed: TypeAlias = Array | Padded
"""Items as their input packs them: an array where all have one shape."""


def padded(items: Sequence[Array]) -> Padded:
    """(length, …) arrays of different length as one; there must be at least one."""
    lengths = np.array([len(item) for item in items], np.int64)
    values = np.zeros((len(items), lengths.max(), *items[0].shape[1:]), items[0].dtype)
    for row, item in enumerate(items):
        values[row, : len(item)] = item
    return Padded(values, lengths)
