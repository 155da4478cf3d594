"""Sharing out: whole units, or the items of every label, by shares that are roughly met."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes
from gemel.data.dataset import TEST, TRAIN, VALIDATION, Dataset
from gemel.errors import DataError
from gemel.functional.grouping import by_code

Shares: TypeAlias = Mapping[int, float]
"""Part → share of what is shared out; the shares add up to one."""

Needs: TypeAlias = Mapping[int, tuple[int, ...]]
"""Part → how many of each kind it cannot do without."""

TOO_LARGE = 1.5
"""Times the share of a held-out part."""


def allot_whole(
    sizes: NDArray[np.int64],
    kinds: NDArray[np.int64],
    needs: Needs,
    shares: Shares,
    random: np.random.Generator,
) -> Codes:
    """(k,) a part for each of k units of `sizes` items.

    `kinds` (k, m) counts what a unit brings (labels, pairs, …). In random order, each part first
    gets units until its needs are met, as far as they go; the others go where most is missing.
    Units that would be far more than a held-out part asks for are trained on, whatever the order.
    """
    order = random.permutation(len(sizes))
    # Units that bring everything come first, so that seeds are not spent on units without a pair.
    order = order[np.argsort(-(kinds[order] > 0).sum(axis=1), kind="stable")]
    parts = np.full(len(sizes), -1, np.int64)
    total = int(sizes.sum())
    held = [share for part, share in shares.items() if part != TRAIN]
    too_large = TOO_LARGE * max(held, default=1.0) * total
    for unit in order:
        if sizes[unit] > too_large:
            room = shares.get(TRAIN, 0.0) * total - sizes[parts == TRAIN].sum()
            if room > 0:
                parts[unit] = TRAIN
    left = deque(unit for unit in order if parts[unit] < 0)
    for part in sorted(shares):
        brought = kinds[parts == part].sum(0)
        while left and (brought < needs[part]).any():
            unit = left.popleft()
            parts[unit] = part
            brought += kinds[unit]
    missing = {part: shares[part] * total - sizes[parts == part].sum() for part in sorted(shares)}
    for unit in random.permutation(np.array(list(left), np.int64)):
        part = max(missing, key=lambda one: missing[one])
        parts[unit] = part
        missing[part] -= sizes[unit]
    return parts


def allot_items(units: Codes, labels: Codes, shares: Shares, random: np.random.Generator) -> Codes:
    """(n,) a part per item: of every label about the shares, and items of one unit together."""
    parts = np.full(len(units), TRAIN, np.int64)
    members = list(by_code(units).values())
    # A unit of several labels (one picture under two names) is counted with its first.
    label_of_unit = np.array([labels[items[0]] for items in members])
    held = {part: _HeldOut(shares[part]) for part in (TEST, VALIDATION) if part in shares}
    train_pairs = 0
    units_of = by_code(label_of_unit)
    for label in random.permutation(np.unique(label_of_unit)):
        left = [members[unit] for unit in random.permutation(units_of[label])]
        total = sum(map(len, left))
        for part, state in held.items():
            # Training must keep two labels with a pair before others take what they like.
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
    """One part's running account: what it was owed, and whether it has pairs of both kinds."""

    share: float
    owed: float = 0.0
    labels: int = 0
    has_genuine: bool = field(default=False)

    def quota(self, total: int, spare: int) -> int:
        wanted = total * self.share + self.owed
        count = round(wanted)
        if not self.has_genuine:
            count = max(count, 2)
        elif self.labels < 2:
            count = max(count, 1)
        elif count == 1:  # alone, it would be in no genuine pair
            count = 2 if wanted >= 1 else 0
        return max(0, min(count, spare))

    def took(self, count: int, total: int) -> None:
        # Bounded, so that many labels with a single item do not pile up a debt for the next.
        self.owed = float(np.clip(self.owed + total * self.share - count, -2, 2))
        self.labels += count > 0
        self.has_genuine = self.has_genuine or count >= 2


def fold_of_unit(units: Codes, folds: int, random: np.random.Generator) -> Codes:
    """(u,) the fold of each unit, drawn at random; the folds differ by one unit at most.

    `units` (n,) are the units 0 … u-1 of the items. Raises DataError for fewer units than folds.

    >>> import numpy as np
    >>> fold_of_unit(np.array([0, 0, 1, 2, 3]), 2, np.random.default_rng(0)).tolist()
    [0, 0, 1, 1]
    """
    count = int(units.max()) + 1
    if count < folds:
        raise DataError(
            f"{folds} folds need {folds} labels or groups that share nothing, got {count}: lower "
            "split.folds"
        )
    fold: Codes = random.permutation(np.arange(count) % folds)
    return fold


def refuse_folds(dataset: Dataset) -> None:
    """Raises DataError where the data have no labels to cut folds of."""
    if dataset.labels is None:
        raise DataError(
            f"folds are of whole labels, and {dataset.name} has pairs without labels: leave out "
            "split.folds"
        )
