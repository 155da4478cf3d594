"""Which pairs verification is measured on: their cost grows with items, never with all pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self, final

import numpy as np

from gemel.arrays import Codes, Floats, Indices, Same
from gemel.errors import DataError
from gemel.functional.components import components
from gemel.functional.grouping import by_code


@final
@dataclass(frozen=True)
class PairSample:
    """(n,) arrays: positions of items, whether they match, and what labels they are of.

    Intervals draw again by `left_unit` and `right_unit`: the identities that a pair depends on.
    `skilled` is true where the right item is a forgery of the left one's label; None where nothing
    is known of forgeries. `scores` are those that people gave, where they gave any.
    """

    left: Indices
    right: Indices
    same: Same
    left_unit: Codes
    right_unit: Codes
    skilled: Same | None = None
    scores: Floats | None = None

    def __len__(self) -> int:
        return len(self.same)

    def at_most(self, most: int | None, seed: int) -> PairSample:
        """So many of the pairs, drawn at random and in their order; all of them where they fit."""
        if most is None or len(self) <= most:
            return self
        rows = np.sort(np.random.default_rng(seed).permutation(len(self))[:most])
        columns = {name: values for name, values in vars(self).items() if values is not None}
        return replace(self, **{name: values[rows] for name, values in columns.items()})


@final
@dataclass(frozen=True)
class PairLimits:
    """The most pairs to sample of each kind."""

    genuine: int = 50_000
    impostors: int = 100_000

    @classmethod
    def of(cls, most: int | None) -> Self:
        """A third genuine and the rest impostors, which carry the low error rates.

        >>> PairLimits.of(15_000), PairLimits.of(None) == PairLimits()
        (PairLimits(genuine=5000, impostors=10000), True)
        """
        return cls() if most is None else cls(max(1, most // 3), max(1, most - most // 3))


def sample_pairs(labels: Codes, seed: int, limits: PairLimits = PairLimits()) -> PairSample:
    """Sample genuine pairs, then impostor pairs, each uniform without replacement.

    `labels` (n,) are those of the items to be compared. All pairs of a kind are taken where there
    are no more than its limit. Raises DataError where there is no pair of one of the kinds.

    >>> pairs = sample_pairs(np.array([0, 0, 1]), seed=0)
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.same.tolist()))
    [(0, 1, True), (0, 2, False), (1, 2, False)]
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(labels, kind="stable")
    # Sorted by label, an item's partners end where its label does, and all behind are others.
    label_end = np.searchsorted(labels[order], labels[order], side="right")
    n = len(labels)
    genuine = drawn(np.arange(1, n + 1), label_end, limits.genuine, rng)
    impostors = drawn(label_end, np.full(n, n), limits.impostors, rng)
    if not (len(genuine[0]) and len(impostors[0])):
        raise DataError(
            "verification needs two items of one label and two labels, got "
            f"{len(labels):,} items of {len(np.unique(labels)):,} labels; add items"
        )
    left = order[np.concatenate([genuine[0], impostors[0]])]
    right = order[np.concatenate([genuine[1], impostors[1]])]
    same = np.arange(len(left)) < len(genuine[0])
    return PairSample(left, right, same, labels[left], labels[right])


def consecutive_pairs(labels: Codes, seed: int) -> PairSample:
    """The pairs of the well-known MNIST example: half same, half different, in dataset order.

    With n one less than the size of the smallest class, for each class and i = 1 … n: its items i
    and i+1 are the same; its item i and item i of another class, drawn at random, are different.
    Raises DataError for fewer than two classes, or a class of one item.
    """
    rng = np.random.default_rng(seed)
    classes = list(by_code(labels).values())
    each = min((len(items) for items in classes), default=0) - 1
    if len(classes) < 2 or each < 1:
        raise DataError(
            "consecutive pairs need two classes of two items each, got "
            f"{len(classes)} classes, the smallest of {each + 1} items"
        )
    table = np.stack([items[: each + 1] for items in classes])
    own = np.arange(len(classes))[:, None]
    other = (own + rng.integers(1, len(classes), (len(classes), each))) % len(classes)
    left = np.repeat(table[:, :-1].reshape(-1), 2)
    right = np.stack([table[:, 1:], table[other, np.arange(each)]], axis=-1).reshape(-1)
    return PairSample(left, right, np.arange(len(left)) % 2 == 0, labels[left], labels[right])


def given_pairs(left: Indices, right: Indices, same: Same) -> PairSample:
    """Pairs that came labelled: items that are joined by matching pairs are one identity."""
    count = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    units = components(count, left[same], right[same])
    return PairSample(left, right, same, units[left], units[right])


def drawn(
    start: Indices, stop: Indices, most: int, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """At most `most` of the pairs of each position p with each of start[p] … stop[p]-1.

    Drawn uniformly without replacement, in ascending order; none of the others is ever made.
    """
    until: Indices = np.cumsum(stop - start)
    total = int(until[-1]) if len(until) else 0
    if total <= most:
        number = np.arange(total)
    else:
        number = np.sort(rng.choice(total, most, replace=False, shuffle=False))
    left: Indices = np.searchsorted(until, number, side="right")
    right: Indices = stop[left] - (until[left] - number)
    return left, right
