"""The items of a dataset, packed for each side of a pair by the side's input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Array, Indices, Packed, Same, Side
from gemel.data import Dataset, Pack, pack
from gemel.data.sources import ChosenItems
from gemel.data.unreadable import MOST_UNREADABLE, Unreadable
from gemel.inputs import ImageInput, Input, Inputs
from gemel.progress import Progress

Digests: TypeAlias = NDArray[np.uint8]
"""(n, 16) one digest per decoded item; equal items have equal digests."""


@final
@dataclass(frozen=True)
class PackedSide:
    """The packed items of one side, indexed by position in the dataset.

    `rows` (n,) maps positions to rows of the pack, with -1 for items that are never on this side;
    None where the pack holds all items in order.
    """

    input: Input
    pack: Pack
    rows: Indices | None = None

    def __getitem__(self, items: Indices) -> Packed:
        """A copy of these packed items in memory."""
        return self.pack[items if self.rows is None else self.rows[items]]

    def holds(self, items: Indices) -> Same:
        """(b,) whether each item is ever on this side."""
        return np.full(len(items), True) if self.rows is None else self.rows[items] >= 0

    def by_length(self, items: Indices) -> Indices:
        """Those of `items` that are on this side, as positions in `items`, sorted by length."""
        here = np.flatnonzero(self.holds(items))
        rows = items[here] if self.rows is None else self.rows[items[here]]
        return here[self.pack.by_length(rows)]

    def lengths(self, items: Indices) -> Indices | None:
        """(b,) the lengths of these items; None where all items have one shape."""
        if self.pack.lengths is None:
            return None
        return self.pack.lengths[items if self.rows is None else self.rows[items]]

    def of_all(self, per_row: Array, elsewhere: Any) -> Array:
        """Scatter values per row to all items; items not on this side get `elsewhere`."""
        if self.rows is None:
            return per_row
        every = np.full((len(self.rows), *per_row.shape[1:]), elsewhere, per_row.dtype)
        every[self.rows >= 0] = per_row
        return every

    def feed(self, items: Indices) -> tuple[Array, ...]:
        """These items as an encoder takes them."""
        return self.input.feed(self[items])

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences for the user about these items."""
        if isinstance(self.input, ImageInput):
            return (*self.pack.notices, *self.input.remarks(self.pack.items))
        assert self.pack.lengths is not None, "all inputs but images pack items of any length"
        return (*self.pack.notices, *self.input.remarks(self.pack.items, self.pack.lengths))


@final
@dataclass(frozen=True)
class PackedSides:
    """Both sides; `right` is `left` itself unless they read items differently."""

    left: PackedSide
    right: PackedSide

    @property
    def alike(self) -> bool:
        """Whether both sides take all items through one input."""
        return self.right is self.left

    def side(self, side: Side) -> PackedSide:
        return self.left if side == "left" else self.right

    @property
    def inputs(self) -> Inputs:
        return self.left.input, self.right.input

    @property
    def digests(self) -> Digests:
        """(n, 16) the digests of all items, by the left input for items on both sides."""
        left = self.left.of_all(self.left.pack.digests, 0)
        if self.left.rows is None:
            return left
        right = self.right.of_all(self.right.pack.digests, 0)
        return np.where((self.left.rows >= 0)[:, None], left, right)

    @property
    def readable(self) -> Same:
        """(n,) whether every side that takes an item can read it."""
        left, right = (side.of_all(side.pack.readable, True) for side in (self.left, self.right))
        both: Same = left & right
        return both

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The items that either side cannot read, and why."""
        packs = (self.left.pack, self.right.pack)
        return tuple(dict.fromkeys(each for pack in packs for each in pack.unreadable))

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the user about the items of both sides, without repetition."""
        return tuple(dict.fromkeys((*self.left.remarks, *self.right.remarks)))

    def lengths(self, left: Indices, right: Indices) -> Indices | None:
        """(n,) the length of the longer item of each pair; None where all items have one shape."""
        both = [self.left.lengths(left), self.right.lengths(right)]
        known = [lengths for lengths in both if lengths is not None]
        return np.max(known, axis=0) if known else None


def pack_sides(
    dataset: Dataset,
    inputs: Inputs,
    progress: Progress,
    most_unreadable: float = MOST_UNREADABLE,
) -> PackedSides:
    """Pack the items of a dataset for both sides, from the cache where possible.

    Raises DataError where more than the share `most_unreadable` of the items is unreadable.
    """

    def packed(dataset: Dataset, input: Input) -> Pack:
        with progress.stage("reading items", len(dataset)) as stage:
            return pack(dataset, input, progress=stage.advance, most_unreadable=most_unreadable)

    def part(chosen: Same, input: Input) -> PackedSide:
        """Pack the chosen items alone."""
        items = ChosenItems(dataset.items, np.flatnonzero(chosen))
        rows = np.where(chosen, np.cumsum(chosen) - 1, -1)
        return PackedSide(input, packed(Dataset(dataset.name, items), input), rows)

    left, right = inputs
    if dataset.unlike is not None:
        return PackedSides(part(dataset.unlike.left, left), part(dataset.unlike.right, right))
    both = PackedSide(left, packed(dataset, left))
    if right == left:
        return PackedSides(both, both)
    return PackedSides(both, PackedSide(right, packed(dataset, right)))
