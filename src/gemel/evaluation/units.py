"""The labels and groups that trials depend on: what intervals resample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.functional.components import components

MANY_SETS = 30
"""The effective number of connected sets of items from which on they are resampled as wholes."""

FEW_GROUPS = 6
"""With fewer groups, resampling them says little: labels are resampled within the groups at hand.
"""


@final
@dataclass(frozen=True)
class Units:
    """The labels that each trial depends on, as codes 0 … count-1.

    A trial is between the labels `left` (t,) and `right` (t,), and may choose among the labels
    `among` (t, k), where the code `count` is padding, or lie within one of `groups` (t,).
    """

    left: Codes
    right: Codes
    count: int
    among: Codes | None = None
    groups: Codes | None = None

    @classmethod
    def of_pairs(
        cls, left: Codes, right: Codes, among: Codes | None = None, groups: Codes | None = None
    ) -> Self:
        """Renumber the labels and the groups from 0, and leave out groups that are too few.

        `among` may be padded with -1.
        """
        named = [] if among is None else [among[among >= 0]]
        names = np.unique(np.concatenate([left, right, *named]))
        if among is not None:
            among = np.where(among < 0, len(names), np.searchsorted(names, among))
        if groups is not None:
            of_groups, groups = np.unique(groups, return_inverse=True)
            groups = groups if len(of_groups) >= FEW_GROUPS else None
        left, right = np.searchsorted(names, left), np.searchsorted(names, right)
        return cls(left, right, len(names), among, groups)

    @property
    def group_count(self) -> int:
        return 0 if self.groups is None else int(self.groups.max()) + 1


def side_by_side(among: Sequence[Codes]) -> Codes:
    """Concatenate arrays (t, k) of different k along the trials, padded with -1.

    >>> side_by_side([np.array([[4, 5]]), np.array([[6]])]).tolist()
    [[4, 5], [6, -1]]
    """
    most = max(each.shape[1] for each in among)
    padded = [np.pad(a, ((0, 0), (0, most - a.shape[1])), constant_values=-1) for a in among]
    return np.concatenate(padded)


def separate_sets(left: Indices, right: Indices) -> Codes | None:
    """(n,) the set of items, connected by pairs, that each pair is of; None where these are few.

    Such sets are independent. A pair of two items that are resampled one by one varies threefold,
    by the product of two counts: for items of one pair each, intervals are 1.7 times too wide.
    """
    count = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    sets = components(count, left, right)[left]
    return sets if effective_labels(sets) >= MANY_SETS else None


def effective_labels(labels: Codes) -> float:
    """1 / the sum of the squared shares of each label; 0 for none.

    >>> effective_labels(np.array([4, 5, 5, 4])), effective_labels(np.array([]))
    (2.0, 0.0)
    """
    _, counts = np.unique(labels, return_counts=True)
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(counts) else 0.0
