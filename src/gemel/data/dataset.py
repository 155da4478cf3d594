"""What every source of data becomes: raw items, with their labels, groups and given pairs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal, Protocol, TypeAlias, final, get_args

import numpy as np

from gemel.arrays import Codes, Floats, Indices, Same
from gemel.counting import count
from gemel.inputs import Kind, Raw

Part: TypeAlias = Literal["train", "validation", "test"]
"""Of the data, by a split. (Sides are those of a pair: left and right.)"""

PARTS: tuple[Part, ...] = get_args(Part)

TRAIN, VALIDATION, TEST = 0, 1, 2
"""The codes of a given split; -1 leaves the item to Gemel."""

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
"""The words by which sources name the parts, in lower case."""


class Items(Protocol):
    """Raw items by position; nothing is read before it is asked for."""

    def __len__(self) -> int: ...

    def raw(self, index: int) -> Raw:
        """The item, ready for `Input.read`."""
        ...

    def name(self, index: int) -> str:
        """What a person would call it: a path below the folder, `train/123`."""
        ...

    def fingerprint(self) -> str:
        """Hex digest of the content of all items; the pack is cached under it."""
        ...


@final
@dataclass(frozen=True)
class Pairs:
    """Pairs that came labelled: positions of items, and whether they match.

    Graded pairs have `scores` (n,) as they were given, and the `scale` that these are on.
    """

    left: Indices
    right: Indices
    same: Same
    split: Codes
    scores: Floats | None = None
    scale: tuple[float, float] | None = None

    def grades(self) -> Floats | None:
        """(n,) scores from 0, nothing alike, to 1; None where there are none."""
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
    """Two sides that hold different items: (n,) which are ever on the left and on the right, and
    of what kind those on the right are."""

    left: Same
    right: Same
    right_kind: Kind


@final
@dataclass(frozen=True, repr=False)
class Dataset:
    """Items, with labels or labelled pairs (or both), as found: nothing is decoded yet.

    `labels`, `groups` and `makers` are positions in `label_names`, `group_names` and
    `maker_names`; a maker is who or what made an item: a drawer, a camera, a session. `split` holds
    `TRAIN`, `VALIDATION`, `TEST` or -1 where the source does not say. `genuine` is false for a
    forgery: an item that claims its label, stays on its side, and must not be taken for it. A
    dataset of pairs alone has no labels. `unlike` says which side of a pair each item may be on,
    where that is not either; `kind` is then that of the left ones. `notices` are sentences for the
    user, in the order they were noticed.

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
        """Hex digest of all that decides how the items are divided, paired and named, and of them.

        Where it is the same, the same seed divides the data alike.
        """
        told = sha256(self.items.fingerprint().encode())
        told.update(json.dumps([self.label_names, self.group_names]).encode())
        pairs = self.pairs
        of_pairs = (pairs.left, pairs.right, pairs.same, pairs.split) if pairs else ()
        for codes in (self.labels, self.groups, self.split, *of_pairs):
            told.update(b"none" if codes is None else np.ascontiguousarray(codes).tobytes())
        if pairs is not None and pairs.scores is not None:
            told.update(b"scores" + pairs.scores.tobytes() + repr(pairs.scale).encode())
        if self.unlike is not None:
            told.update(b"unlike" + self.unlike.left.tobytes() + self.unlike.right.tobytes())
        if self.kind == "text":
            told.update(b"in any case")  # what counts as one text, and so how they are divided
        if self.genuine is not None:
            told.update(b"genuine" + self.genuine.tobytes())
        if self.makers is not None:
            told.update(b"makers" + np.ascontiguousarray(self.makers).tobytes())
        return told.hexdigest()

    def noticing(self, *sentences: str) -> Dataset:
        """The same data with more to tell the user."""
        return replace(self, notices=(*self.notices, *sentences))

    def given(self) -> Codes:
        """(n,) the given split, -1 throughout where the source has none."""
        return np.full(len(self), -1, np.int64) if self.split is None else self.split
