"""The items as the two sides of a pair take them, each decoded by its side's input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Array, Indices, Packed, Same
from gemel.data import Dataset, Pack, pack
from gemel.inputs import ImageInput, Input
from gemel.matcher import MatcherFile
from gemel.networks import Side
from gemel.progress import Progress

Digests: TypeAlias = NDArray[np.uint8]
"""(n, 16) equal where the decoded items are."""


@final
@dataclass(frozen=True)
class Readers:
    """The inputs of both sides."""

    left: Input
    right: Input

    def side(self, side: Side) -> Input:
        return self.left if side == "left" else self.right


def readers_of(file: MatcherFile) -> Readers:
    """The inputs of a matcher."""
    return Readers(file.input, file.right_input or file.input)


@final
@dataclass(frozen=True)
class PackedSide:
    """The items that one side takes, by their positions in the dataset."""

    input: Input
    pack: Pack

    def __getitem__(self, items: Indices) -> Packed:
        """A copy of these items in memory, as the input packs them."""
        return self.pack[items]

    def feed(self, items: Indices) -> tuple[Array, ...]:
        """These items as an encoder takes them."""
        return self.input.feed(self[items])

    @property
    def remarks(self) -> tuple[str, ...]:
        if isinstance(self.input, ImageInput):
            return self.pack.notices
        assert self.pack.lengths is not None, "other items differ in length"
        return (*self.pack.notices, *self.input.remarks(self.pack.lengths))


@final
@dataclass(frozen=True)
class PackedSides:
    """Both sides; `right` is `left` itself unless they read items differently."""

    left: PackedSide
    right: PackedSide

    @property
    def alike(self) -> bool:
        """Whether an item may be on either side and comes in alike."""
        return self.right is self.left

    def side(self, side: Side) -> PackedSide:
        return self.left if side == "left" else self.right

    @property
    def readers(self) -> Readers:
        return Readers(self.left.input, self.right.input)

    @property
    def digests(self) -> Digests:
        return self.left.pack.digests

    @property
    def readable(self) -> Same:
        """(n,) what every side that takes it can read."""
        both: Same = self.left.pack.readable & self.right.pack.readable
        return both

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be told of the items of both sides, once."""
        return tuple(dict.fromkeys((*self.left.remarks, *self.right.remarks)))

    def lengths(self, left: Indices, right: Indices) -> Indices | None:
        """(n,) the longer of two items that are paired; None where all are of one length."""
        own = [
            side.pack.lengths[items]
            for side, items in ((self.left, left), (self.right, right))
            if side.pack.lengths is not None
        ]
        return np.max(own, axis=0) if own else None


def pack_sides(dataset: Dataset, readers: Readers, progress: Progress) -> PackedSides:
    """The dataset's items for both sides, from the cache where it can."""
    left = _packed(dataset, readers.left, progress)
    if readers.right == readers.left:
        return PackedSides(left, left)
    return PackedSides(left, _packed(dataset, readers.right, progress))


def _packed(dataset: Dataset, reader: Input, progress: Progress) -> PackedSide:
    with progress.stage("reading items", len(dataset)) as stage:
        packed = pack(dataset, reader, progress=lambda done, _: stage.advance(done))
    return PackedSide(reader, packed)
