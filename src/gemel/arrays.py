"""Names of the NumPy arrays that the torch-free packages exchange.

Axes in shapes: n items, embedding dimension d, r rows, m columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A packed item or a batch of them, in the input's dtype; an image is (c, h, w) uint8."""

Pixels: TypeAlias = NDArray[np.uint8]
"""(channels, height, width); 0 is black, 255 white."""

Indices: TypeAlias = NDArray[np.int64]
"""(n,) positions of items in a dataset or of rows in a batch."""

Codes: TypeAlias = NDArray[np.int64]
"""(n,) the label or group of each item, as an index into the list of names."""

Same: TypeAlias = NDArray[np.bool_]
"""True for a matching pair."""

Distances: TypeAlias = NDArray[np.float32]
"""Smaller is nearer. The distance of a learned score is its negative logit."""

Embeddings: TypeAlias = NDArray[np.float32]
"""(n, d), one row per item."""

Floats: TypeAlias = NDArray[np.float64]
"""Intermediate numbers in double precision: rates, weights, probabilities."""


Side: TypeAlias = Literal["left", "right"]
"""A side of a pair and of the twin that compares it."""


@final
@dataclass(frozen=True)
class Padded:
    """A zero-padded batch of items of different length: `values` (n, longest, …).

    Indexing by a slice or by positions selects items and trims them to the longest one selected.

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
"""A batch of packed items: an array if all have one shape."""


def slices(count: int, step: int) -> list[slice]:
    """Consecutive slices of `step` items, the last one perhaps of fewer, that cover `count` items.

    >>> slices(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def evenly_spaced(count: int, most: int) -> Indices:
    """At most `most` positions of `count` items, evenly spaced from the first to the last.

    >>> evenly_spaced(9, 3).tolist(), evenly_spaced(2, 3).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.linspace(0, count - 1, min(most, count)).astype(np.int64)


def padded(items: Sequence[Array]) -> Padded:
    """Zero-pads (length, …) arrays to one batch; there must be at least one."""
    lengths = np.array([len(item) for item in items], np.int64)
    values = np.zeros((len(items), lengths.max(), *items[0].shape[1:]), items[0].dtype)
    for row, item in enumerate(items):
        values[row, : len(item)] = item
    return Padded(values, lengths)
