"""The dataset: raw items with labels, groups and makers, or with labelled pairs, or both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal, Protocol, TypeAlias, final, get_args

import numpy as np

from gemel.arrays import Array, Codes, Floats, Indices, Same
from gemel.counting import count
from gemel.inputs import Kind, Raw

Part: TypeAlias = Literal["train", "validation", "test"]
"""A part of the data, made by a split. (Sides are those of a pair: left and right.)"""

PARTS: tuple[Part, ...] = get_args(Part)

TRAIN, VALIDATION, TEST = 0, 1, 2
"""The codes of a given split; -1 for items that Gemel is to assign."""

SPLIT_WORDS = {
    "": -1,
    "train": TRAIN,
    "training": TRAIN,
    "validation": VALIDATION,
    "valid": VALIDATION,
    "val": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
}
"""Names of the parts in sources, in lower case, and their codes."""


class Items(Protocol):
    """Raw items by position, read lazily."""

    def __len__(self) -> int: ...

    def raw(self, index: int) -> Raw:
        """The item, ready for `Input.read`."""
        ...

    def name(self, index: int) -> str:
        """The item's name in messages: a path below the folder, or `train/123`."""
        ...

    def fingerprint(self) -> str:
        """Hex digest of the content of all items, by which their pack is cached."""
        ...


@final
@dataclass(frozen=True)
class Pairs:
    """Given pairs: (n,) positions of their items, whether they match, and their given split.

    Graded pairs also have the `scores` (n,) as given, and the (lowest, highest) of their `scale`.
    Pairs of items that are in the cells of a table have the numbers of their `rows` (n,).
    """

    left: Indices
    right: Indices
    same: Same
    split: Codes
    scores: Floats | None = None
    scale: tuple[float, float] | None = None
    rows: Indices | None = None

    def row_of(self, left: int, right: int) -> int | None:
        """The number of the first row of these two items; None without `rows`."""
        if self.rows is None:
            return None
        return int(self.rows[(self.left == left) & (self.right == right)][0])

    def grades(self) -> Floats | None:
        """(n,) the scores rescaled to 0–1, 1 most alike; None if there are none."""
        if self.scores is None or self.scale is None:
            return None
        low, high = self.scale
        grades: Floats = (self.scores - low) / (high - low)
        return grades

    def __len__(self) -> int:
        return len(self.same)


@final
@dataclass(frozen=True)
class Unlike:
    """Sides with different items: (n,) which are on the left, and the kind of the others."""

    left: Same
    right_kind: Kind

    @property
    def right(self) -> Same:
        """(n,) which are on the right."""
        return ~self.left


@final
@dataclass(frozen=True, repr=False)
class Dataset:
    """Items with labels, labelled pairs, or both; nothing is decoded yet.

    All arrays are (n,), one entry per item, except those of `pairs`:

    - `labels`, `groups`, `makers`: positions in `label_names`, `group_names` and `maker_names`. A
      maker is who or what made an item: a drawer, a camera, a session. A dataset of pairs alone has
      no labels.
    - `split`: `TRAIN`, `VALIDATION`, `TEST`, or -1 where the source does not say.
    - `genuine`: false for a forgery, an item that claims its label but must not match it.
    - `unlike`: which side of a pair each item may be on, None if either; `kind` is that of the left
      items.
    - `notices`: sentences for the user, in order of discovery.

    >>> from gemel.data import open_data
    >>> open_data("digits")
    <Dataset digits: 1,797 items of the kind image, 10 labels>
    """

    name: str
    items: Items
    labels: Codes | None = None
    label_names: tuple[str, ...] = ()
    groups: Codes | None = None
    group_names: tuple[str, ...] = ()
    makers: Codes | None = None
    maker_names: tuple[str, ...] = ()
    genuine: Same | None = None
    split: Codes | None = None
    pairs: Pairs | None = None
    kind: Kind = "image"
    unlike: Unlike | None = None
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        parts = [f"{count(len(self), 'item')} of the kind {self.kind}"]
        if self.labels is not None:
            parts.append(count(len(self.label_names), "label"))
        if self.pairs is not None:
            parts.append(count(len(self.pairs), "pair"))
        return f"<Dataset {self.name}: {', '.join(parts)}>"

    def fingerprint(self) -> str:
        """Hex digest of the items and of everything that determines their split, pairs and labels.

        Datasets of equal fingerprint are split alike by the same seed.
        """
        digest = sha256(self.items.fingerprint().encode())
        digest.update(json.dumps([self.label_names, self.group_names]).encode())
        pairs = self.pairs
        of_pairs = (pairs.left, pairs.right, pairs.same, pairs.split) if pairs else ()
        for codes in (self.labels, self.groups, self.split, *of_pairs):
            digest.update(b"none" if codes is None else np.ascontiguousarray(codes).tobytes())
        if pairs is not None and pairs.scores is not None:
            digest.update(b"scores" + pairs.scores.tobytes() + repr(pairs.scale).encode())
        if self.unlike is not None:
            digest.update(b"unlike" + self.unlike.left.tobytes() + self.unlike.right.tobytes())
        if self.kind == "text":
            digest.update(b"in any case")  # texts that differ in case alone are split as one
        if self.genuine is not None:
            digest.update(b"genuine" + self.genuine.tobytes())
        if self.makers is not None:
            digest.update(b"makers" + np.ascontiguousarray(self.makers).tobytes())
        return digest.hexdigest()

    def labelled(self, names: Sequence[str]) -> Dataset:
        """A copy of the dataset whose items have the labels `names` (n,)."""
        label_names, labels = coded(names)
        return replace(self, labels=labels, label_names=label_names)

    def grouped(self, names: Sequence[str]) -> Dataset:
        """A copy of the dataset whose items have the groups `names` (n,)."""
        group_names, groups = coded(names)
        return replace(self, groups=groups, group_names=group_names)

    def made_by(self, names: Sequence[str]) -> Dataset:
        """A copy of the dataset whose items have the makers `names` (n,)."""
        maker_names, makers = coded(names)
        return replace(self, makers=makers, maker_names=maker_names)

    def taken(self, items: Items, chosen: Indices) -> Dataset:
        """`items` with all that is known of those at `chosen` (one position each), but no pairs."""

        def of(values: Array | None) -> Array | None:
            return None if values is None else values[chosen]

        return replace(
            self,
            items=items,
            labels=of(self.labels),
            groups=of(self.groups),
            makers=of(self.makers),
            genuine=of(self.genuine),
            split=of(self.split),
            pairs=None,
            unlike=None,
        )

    def noticing(self, *sentences: str) -> Dataset:
        """A copy of the dataset with `sentences` added to its notices."""
        return replace(self, notices=(*self.notices, *sentences))

    def given(self) -> Codes:
        """(n,) the given split; all -1 if the source has none."""
        return np.full(len(self), -1, np.int64) if self.split is None else self.split


def coded(values: Sequence[str]) -> tuple[tuple[str, ...], Codes]:
    """The distinct names in sorted order, and the position of each value's name among them.

    >>> coded(["b", "a", "b"])
    (('a', 'b'), array([1, 0, 1]))
    """
    names = tuple(sorted(set(values)))
    positions = {name: position for position, name in enumerate(names)}
    return names, np.fromiter((positions[value] for value in values), np.int64, len(values))
