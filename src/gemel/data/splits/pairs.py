"""Split labelled pairs so that no item is in two parts, leaving out pairs where unavoidable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Same
from gemel.counting import count
from gemel.data.dataset import PARTS, TEST, TRAIN, VALIDATION, Dataset, Pairs
from gemel.data.splits.allotment import Needs, Shares, allot_whole
from gemel.data.splits.given import NOWHERE, open_shares, opened
from gemel.data.splits.split import PairRows, Split, SplitConfig, Unit, positions
from gemel.errors import DataError
from gemel.functional.components import components

NEEDS: Needs = dict.fromkeys((TRAIN, VALIDATION, TEST), (1, 1))
"""The minimum number of matching and of different pairs of each part."""

LEAST_OF_SHARE = 0.5
"""Connected components are kept whole if each part then gets at least this much of its share."""


def rows_within(pairs: Pairs, item_parts: Codes) -> PairRows:
    """The rows of `pairs` whose items are both in the same part, if it is the row's given one."""
    left, right = item_parts[pairs.left], item_parts[pairs.right]
    as_given = (pairs.split == -1) | (pairs.split == left)
    return PairRows(*positions(np.where((left == right) & as_given, left, NOWHERE)))


def split_pairs(
    dataset: Dataset,
    config: SplitConfig,
    contents: Codes,
    alive: Same,
    random: np.random.Generator,
) -> Split:
    """Split a dataset of pairs without labels by their items, or by pair if `config` says so.

    `contents` (n,) are equal for equal items; pairs of items that are not `alive` (n,) are left
    out. Raises DataError as `split` does.
    """
    pairs = dataset.pairs
    assert pairs is not None, "a dataset has labels, pairs, or both"
    _refuse_labels(dataset, config)
    ends = _Ends(contents[pairs.left], contents[pairs.right], pairs.same)
    if config.by == "pair":
        ends = ends.as_units()
    readable = alive[pairs.left] & alive[pairs.right]
    given, remarks = opened(np.where(readable, pairs.split, NOWHERE))
    parts, why = _settled(given, ends), "as given"
    if (parts == -1).any():
        parts, why = _shared_out(parts, ends, open_shares(parts, config), random)
    _refuse_lacking(dataset, pairs, parts)
    remarks += _crossing_notice(int((parts == NOWHERE).sum() - (given == NOWHERE).sum()))
    by: Unit = "pair" if config.by == "pair" else "item"
    reason = " ".join([f"Split by {by}: {why}.", *remarks, _counted(parts)])
    train, validation, test = (
        np.unique(np.concatenate([pairs.left[rows], pairs.right[rows]]))
        for rows in positions(parts)
    )
    return Split(train, validation, test, by, reason, PairRows(*positions(parts)))


def _refuse_labels(dataset: Dataset, config: SplitConfig) -> None:
    """Raise DataError for a split by labels or groups, which pairs do not have."""
    if config.folds:
        raise DataError(
            f"folds are of whole labels, and {dataset.name} has pairs without labels: leave "
            "out split.folds"
        )
    if config.by in ("label", "group"):
        raise DataError(
            f"{dataset.name} has pairs but no {config.by}s to split by: set split.by=item"
        )


def _crossing_notice(dropped: int) -> tuple[str, ...]:
    if not dropped:
        return ()
    crossers = count(dropped, "pair that crosses", "pairs that cross")
    return (f"{crossers} from one part to another {'is' if dropped == 1 else 'are'} left out.",)


@final
@dataclass(frozen=True)
class _Ends:
    """The content codes of the two items of each pair, and whether they match."""

    left: Codes
    right: Codes
    same: Same

    def __getitem__(self, rows: Same) -> _Ends:
        return _Ends(self.left[rows], self.right[rows], self.same[rows])

    def as_units(self) -> _Ends:
        """Each unordered pair as a unit of its own, so that only repeated pairs stay together."""
        ends = np.sort(np.stack([self.left, self.right], 1), axis=1)
        codes = np.unique(ends, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return _Ends(codes, codes, self.same)

    def renumbered(self) -> tuple[_Ends, int]:
        """The same with codes from 0 without gaps, and their number."""
        names, codes = np.unique(np.concatenate([self.left, self.right]), return_inverse=True)
        left, right = np.split(codes.astype(np.int64), 2)
        return _Ends(left, right, self.same), len(names)

    def component(self) -> Codes:
        """The connected component of each pair: pairs that share an item are connected."""
        inner, n = self.renumbered()
        return components(n, inner.left, inner.right)[inner.left]


def _settled(given: Codes, ends: _Ends) -> Codes:
    """The given parts, without pairs that have an item of a more held-out part.

    Undecided pairs without held-out items join training if they share an item with it, directly or
    by others of them.
    """
    strongest = np.full(int(max(ends.left.max(), ends.right.max())) + 1, -1, np.int64)
    for end in (ends.left, ends.right):
        np.maximum.at(strongest, end, given)
    needed = np.maximum(strongest[ends.left], strongest[ends.right])
    free = (given == -1) & (needed <= TRAIN)
    component = ends[free].component()
    settled = given.copy()
    settled[free] = np.where(np.isin(component, component[needed[free] == TRAIN]), TRAIN, -1)
    return np.where((settled != NOWHERE) & (settled < needed), NOWHERE, settled)


def _shared_out(
    parts: Codes, ends: _Ends, shares: Shares, random: np.random.Generator
) -> tuple[Codes, str]:
    """The parts with all pairs assigned or left out, and an explanation."""
    undecided = parts == -1
    inner, n = ends[undecided].renumbered()
    shared = parts.copy()
    component = inner.component()
    shared[undecided] = _by_component(component, inner.same, shares, random)
    if _shares_met(shared[undecided], inner.same, shares):
        return shared, "pairs that share an item, directly or by others, stay together"
    shared[undecided] = _by_content(inner, n, shares, random)
    biggest = int(np.bincount(component).max())
    return shared, (
        f"{biggest:,} of {len(component):,} pairs are connected through shared items, so items are "
        "held out one by one"
    )


def _by_component(
    component: Codes, same: Same, shares: Shares, random: np.random.Generator
) -> Codes:
    _, units = np.unique(component, return_inverse=True)
    sizes = np.bincount(units)
    genuine = np.bincount(units, weights=same).astype(np.int64)
    kinds = np.stack([genuine, sizes - genuine], axis=1)
    parts: Codes = allot_whole(sizes, kinds, NEEDS, shares, random)[units]
    return parts


def _by_content(ends: _Ends, n: int, shares: Shares, random: np.random.Generator) -> Codes:
    bounds = np.cumsum([shares[part] for part in sorted(shares)])[:-1]
    ranks = (random.permutation(n) + 0.5) / n
    part_of_content = np.array(sorted(shares))[np.searchsorted(bounds, ranks)]
    left, right = part_of_content[ends.left], part_of_content[ends.right]
    return np.where(left == right, left, NOWHERE)


def _shares_met(parts: Codes, same: Same, shares: Shares) -> bool:
    return all(
        (same[parts == part]).any()
        and (~same[parts == part]).any()
        and (parts == part).mean() >= LEAST_OF_SHARE * share
        for part, share in shares.items()
    )


def _refuse_lacking(dataset: Dataset, pairs: Pairs, parts: Codes) -> None:
    for part in (TRAIN, VALIDATION, TEST):
        same = pairs.same[parts == part]
        if not (same.any() and (~same).any()):
            raise DataError(
                f"each of {', '.join(PARTS)} must have pairs that are the same and pairs that are "
                f"not, without an item in two parts; {dataset.name} has {pairs.same.sum()} and "
                f"{(~pairs.same).sum()}, of which {PARTS[part]} gets {same.sum()} and "
                f"{(~same).sum()}. Add pairs of other items, or give a column split"
            )


def _counted(parts: Codes) -> str:
    told = [
        f"{name} {count(int((parts == part).sum()), 'pair')}" for part, name in enumerate(PARTS)
    ]
    return f"{', '.join(told).capitalize()}."
