"""The labels and groups that trials depend on: what intervals resample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, final

import numpy as np

from gemel.arrays import Codes

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
