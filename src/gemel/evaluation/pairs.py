"""The pairs that verification is measured on, sampled without listing all pairs of the items."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self, TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Floats, Indices, Same
from gemel.counting import count
from gemel.errors import DataError
from gemel.evaluation.units import separate_sets
from gemel.functional.components import components
from gemel.functional.grouping import by_code

PairSource: TypeAlias = Literal["sampled", "consecutive", "by-group"]
"""`sampled`: from all pairs, or the given ones; `consecutive`: those of `consecutive_pairs`;
`by-group`: those of `group_pairs`."""


@final
@dataclass(frozen=True)
class PairSample:
    """n pairs, as (n,) arrays: positions of the `left` and `right` items, and whether they match.

    `left_unit` and `right_unit` are the identities that intervals resample. `skilled` is true where
    the right item is a forgery of the left one's label; None for data without forgeries. `scores`
    are graded similarities given by people, if any.
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
        """A random subset of `most` pairs in their order; all pairs if there are no more."""
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
        """Limits of `most` pairs in all: a third genuine, and two thirds impostors, which low error
        rates depend on.

        >>> PairLimits.of(15_000), PairLimits.of(None) == PairLimits()
        (PairLimits(genuine=5000, impostors=10000), True)
        """
        return cls() if most is None else cls(max(1, most // 3), max(1, most - most // 3))


def sample_pairs(labels: Codes, seed: int, limits: PairLimits = PairLimits()) -> PairSample:
    """Sample genuine pairs, then impostor pairs, each kind uniformly without replacement.

    `labels` (n,) are those of the items to be compared. All pairs of a kind are taken if there are
    no more than its limit. Raises DataError where there is no pair of one of the kinds.

    >>> pairs = sample_pairs(np.array([0, 0, 1]), seed=0)
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.same.tolist()))
    [(0, 1, True), (0, 2, False), (1, 2, False)]
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(labels, kind="stable")
    # Of the items after one in this order, those before its label's end match, and the rest do not.
    label_end = np.searchsorted(labels[order], labels[order], side="right")
    n = len(labels)
    genuine = drawn(np.arange(1, n + 1), label_end, limits.genuine, rng)
    impostors = drawn(label_end, np.full(n, n), limits.impostors, rng)
    if not (len(genuine[0]) and len(impostors[0])):
        raise DataError(
            "verification needs two items of one label and two labels, got "
            f"{count(len(labels), 'item')} of {count(len(np.unique(labels)), 'label')}; add items"
        )
    left = order[np.concatenate([genuine[0], impostors[0]])]
    right = order[np.concatenate([genuine[1], impostors[1]])]
    same = np.arange(len(left)) < len(genuine[0])
    return PairSample(left, right, same, labels[left], labels[right])


def consecutive_pairs(labels: Codes, seed: int) -> PairSample:
    """The pairs of the Keras MNIST example: half same, half different, in dataset order.

    With n one less than the size of the smallest class, for each class and i = 1 … n: its items i
    and i+1 are a same pair; its item i and item i of another, random class are a different pair.
    Raises DataError for fewer than two classes, or a class of one item.
    """
    rng = np.random.default_rng(seed)
    classes = list(by_code(labels).values())
    n = min((len(items) for items in classes), default=0) - 1
    if len(classes) < 2 or n < 1:
        raise DataError(
            "consecutive pairs need two classes of two items each, got "
            f"{len(classes)} classes, the smallest of {n + 1} items; add items"
        )
    table = np.stack([items[: n + 1] for items in classes])
    own = np.arange(len(classes))[:, None]
    other = (own + rng.integers(1, len(classes), (len(classes), n))) % len(classes)
    left = np.repeat(table[:, :-1].reshape(-1), 2)
    right = np.stack([table[:, 1:], table[other, np.arange(n)]], axis=-1).reshape(-1)
    return PairSample(left, right, np.arange(len(left)) % 2 == 0, labels[left], labels[right])


def given_pairs(
    left: Indices, right: Indices, same: Same, labels: Codes | None = None
) -> PairSample:
    """Labelled pairs of a data set, whose identities are the `labels` (n,) of its items.

    Without labels, each of the sets that pairs connect is one identity, or where these are few,
    each of those that matching pairs connect.
    """
    if labels is None:
        sets = separate_sets(left, right)
        if sets is not None:
            return PairSample(left, right, same, sets, sets)
        count = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
        labels = components(count, left[same], right[same])
    return PairSample(left, right, same, labels[left], labels[right])


def drawn(
    start: Indices, stop: Indices, most: int, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """At most `most` of the pairs of each position p with each of start[p] … stop[p]-1.

    Drawn uniformly without replacement, in ascending order, without listing the others.
    """
    until: Indices = np.cumsum(stop - start)  # pairs up to and including each position
    total = int(until[-1]) if len(until) else 0
    if total <= most:
        number = np.arange(total)
    else:
        number = np.sort(rng.choice(total, most, replace=False, shuffle=False))
    left: Indices = np.searchsorted(until, number, side="right")
    right: Indices = stop[left] - (until[left] - number)
    return left, right
