"""The decoded items of a dataset, in memory-mapped files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Indices, Packed, Padded
from gemel.data.unreadable import Unreadable, skipped
from gemel.inputs.series import gaps_notice


@final
@dataclass(frozen=True)
class Pack:
    """The decoded items of a dataset, on disk; only those that are indexed are loaded.

    `items` is (n, *shape); if items differ in length it is (sum of lengths, *shape), the items
    concatenated, with their `lengths` (n,). `digests` (n, 16) are equal for equal content.
    `readable` (n,) is false for unreadable items, which are zeros in `items` and listed in
    `unreadable` as (name, reason). `gaps` counts samples with gaps, and the items that have any.
    """

    items: np.memmap[Any, Any]
    digests: NDArray[np.uint8]
    readable: NDArray[np.bool_]
    unreadable: tuple[Unreadable, ...]
    lengths: Indices | None = None
    gaps: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        return len(self.readable)

    def __getitem__(self, indices: Indices) -> Packed:
        """A copy of these items: (b, *shape), or padded to the longest of them."""
        if self.lengths is None:
            return np.array(self.items[indices])
        lengths = self.lengths[indices]
        shape = (len(indices), lengths.max(initial=0), *self.items.shape[1:])
        values = np.zeros(shape, self.items.dtype)
        for row, end in enumerate(self._ends[indices]):
            values[row, : lengths[row]] = self.items[end - lengths[row] : end]
        return Padded(values, lengths)

    def by_length(self, indices: Indices) -> Indices:
        """(b,) positions in `indices` that sort them by length; in order if all are equal."""
        if self.lengths is None:
            return np.arange(len(indices))
        return np.argsort(self.lengths[indices], kind="stable")

    @cached_property
    def _ends(self) -> Indices:
        assert self.lengths is not None
        return np.cumsum(self.lengths)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about the unreadable items and about gaps; empty if there are none."""
        unreadable = skipped(self.unreadable, len(self.unreadable), len(self))
        return (*unreadable, *gaps_notice(*self.gaps, len(self)))
