"""Assign whole units, or the items of each label, to parts by approximate shares; make folds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes, Indices
from gemel.data.dataset import TEST, TRAIN, VALIDATION
from gemel.errors import DataError
from gemel.functional.grouping import by_code

Shares: TypeAlias = Mapping[int, float]
"""The share of the items that each part is to get; shares add up to 1."""

Needs: TypeAlias = Mapping[int, tuple[int, ...]]
"""The minimum that each part needs of each kind of count (labels, pairs, …)."""

WITHOUT_FOLDS = "divide them without folds (--set split.folds= --set split.by=auto)"
"""What is left to do where there are too few labels for folds."""

TOO_LARGE = 1.5
"""Units larger than this many times the largest held-out share are assigned to training."""


def allot_whole(
    sizes: NDArray[np.int64],
    kinds: NDArray[np.int64],
    needs: Needs,
    shares: Shares,
    random: np.random.Generator,
) -> Codes:
    """(k,) the part of each of k units, which have `sizes` (k,) items.

    `kinds` (k, m) counts what each unit contributes to the `needs` (labels, pairs, …). Units that
    are too large for a held-out part are assigned to training while it has room. Then, in random
    order, each part in turn gets units until its needs are met or none are left. The remaining
    units go to the part that lacks most of its share.
    """
    order = random.permutation(len(sizes))
    # Units that contribute most kinds come first, so that the needs are met by few units.
    order = order[np.argsort(-(kinds[order] > 0).sum(axis=1), kind="stable")]
    parts = _too_large_to_hold_out(sizes, order, shares)
    left = deque(unit for unit in order if parts[unit] < 0)
    for part in sorted(shares):
        counts = kinds[parts == part].sum(0)
        while left and (counts < needs[part]).any():
            unit = left.popleft()
            parts[unit] = part
            counts += kinds[unit]
    total = int(sizes.sum())
    missing = {part: shares[part] * total - sizes[parts == part].sum() for part in sorted(shares)}
    for unit in random.permutation(np.array(list(left), np.int64)):
        part = max(missing, key=missing.__getitem__)
        parts[unit] = part
        missing[part] -= sizes[unit]
    return parts


def _too_large_to_hold_out(sizes: NDArray[np.int64], order: Indices, shares: Shares) -> Codes:
    """(k,) `TRAIN` for the units that are too large for other parts, while it has room; else -1."""
    parts = np.full(len(sizes), -1, np.int64)
    total = int(sizes.sum())
    held = [share for part, share in shares.items() if part != TRAIN]
    too_large = TOO_LARGE * max(held, default=1.0) * total
    taken = 0
    for unit in order:
        if sizes[unit] > too_large and taken < shares.get(TRAIN, 0.0) * total:
            parts[unit] = TRAIN
            taken += sizes[unit]
    return parts


def allot_items(units: Codes, labels: Codes, shares: Shares, random: np.random.Generator) -> Codes:
    """(n,) the part of each item: every label by about the shares, the items of a unit together."""
    parts = np.full(len(units), TRAIN, np.int64)
    members = list(by_code(units).values())
    # A unit with several labels (one picture under two) counts for that of its first item.
    label_of_unit = np.array([labels[items[0]] for items in members])
    held = {part: _HeldOut(shares[part]) for part in (TEST, VALIDATION) if part in shares}
    train_pairs = 0
    units_of = by_code(label_of_unit)
    for label in random.permutation(np.unique(label_of_unit)):
        left = [members[unit] for unit in random.permutation(units_of[label])]
        total = sum(map(len, left))
        for part, state in held.items():
            # Until training has two labels with a pair, it keeps two items of each label.
            spare = sum(map(len, left)) - (2 if train_pairs < 2 else 0)
            quota = state.quota(total, spare)
            taken = 0
            while left and taken < quota and taken + len(left[0]) <= spare:
                items = left.pop(0)
                parts[items] = part
                taken += len(items)
            state.took(taken, total)
        train_pairs += sum(map(len, left)) >= 2
    return parts


@final
@dataclass
class _HeldOut:
    """What a held-out part has so far: items owed by rounding, labels, and whether it has a pair.

    The quota of a label is its share, rounded with what is owed from earlier labels. It is raised
    until the part has a matching pair and a second label.
    """

    share: float
    owed: float = 0.0
    labels: int = 0
    has_genuine: bool = False

    def quota(self, total: int, spare: int) -> int:
        wanted = total * self.share + self.owed
        count = round(wanted)
        if not self.has_genuine:
            count = max(count, 2)
        elif self.labels < 2:
            count = max(count, 1)
        elif count == 1:  # a single item of a label is in no matching pair
            count = 2 if wanted >= 1 else 0
        return max(0, min(count, spare))

    def took(self, count: int, total: int) -> None:
        # Bounded, so that the rounding errors of many small labels do not fall on a single one.
        self.owed = float(np.clip(self.owed + total * self.share - count, -2, 2))
        self.labels += count > 0
        self.has_genuine = self.has_genuine or count >= 2


def fold_of_unit(units: Codes, folds: int, random: np.random.Generator) -> Codes:
    """(u,) a random fold for each unit; folds differ by at most one unit.

    `units` (n,) are the units of the items, from 0 to u - 1. Raises DataError if there are fewer
    units than folds.

    >>> import numpy as np
    >>> fold_of_unit(np.array([0, 0, 1, 2, 3]), 2, np.random.default_rng(0)).tolist()
    [0, 0, 1, 1]
    """
    count = int(units.max(initial=-1)) + 1
    if count < folds:
        raise DataError(
            f"{folds} folds need {folds} labels or groups that share nothing, got {count}: add "
            f"labels, or {WITHOUT_FOLDS}"
        )
    fold: Codes = random.permutation(np.arange(count) % folds)
    return fold
