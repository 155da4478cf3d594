"""Assign whole labels or groups to parts; equal contents stay together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes, Indices, Same
from gemel.data.dataset import TEST, TRAIN, VALIDATION
from gemel.data.splits.allotment import allot_whole, fold_of_unit
from gemel.data.splits.given import open_shares
from gemel.data.splits.labelled import NEEDS, Labelled
from gemel.data.splits.split import SplitConfig, Unit
from gemel.data.splits.together import together


def whole_parts(
    labelled: Labelled, by: Unit, config: SplitConfig, random: np.random.Generator
) -> Codes:
    """(m,) the part of each undecided item, by whole labels or, if `by` group, whole groups."""
    parts, chosen = labelled.parts, np.flatnonzero(labelled.open)
    keys = [labelled.labels]
    if by == "group" and labelled.dataset.groups is not None:
        keys.append(labelled.dataset.groups)
    units = together(labelled.contents[chosen], *(key[chosen] for key in keys))
    assigned = _given_parts(parts, keys, chosen, units)
    rest = _Undecided(np.arange(len(chosen)), units).only(assigned == -1)
    shares = open_shares(parts, config)
    if config.folds:
        held = fold_of_unit(rest.units, config.folds, random)[rest.units] == config.fold
        assigned[rest.items[held]] = TEST
        rest = rest.only(~held)
        shares = {TRAIN: 1 - config.validation, VALIDATION: config.validation}
    if len(rest.items):
        items = chosen[rest.items]
        kinds = _label_kinds(rest.units, labelled.labels[items], labelled.genuine[items])
        whole = allot_whole(np.bincount(rest.units), kinds, NEEDS, shares, random)
        assigned[rest.items] = whole[rest.units]
    return assigned


@final
@dataclass(frozen=True)
class _Undecided:
    """Undecided items without a part, and the units, from 0 without gaps, that stay together."""

    items: Indices
    units: Codes

    def only(self, which: Same) -> _Undecided:
        units = np.unique(self.units[which], return_inverse=True)[1]
        return _Undecided(self.items[which], units)


def _given_parts(parts: Codes, keys: list[Codes], chosen: Indices, units: Codes) -> Codes:
    """The most held-out part that already has a label or group of each chosen item's unit, or -1.

    `keys` are the labels and, if these stay together too, the groups of all items.
    """
    found = np.full(len(chosen), -1)
    for part in (TRAIN, VALIDATION, TEST):
        known = np.any([np.isin(key[chosen], key[parts == part]) for key in keys], axis=0)
        found[np.isin(units, units[known])] = part
    return found


def _label_kinds(units: Codes, labels: Codes, genuine: Same) -> NDArray[np.int64]:
    """(k, 2) the number of labels, and of labels with a pair, of each unit."""
    both = np.stack([units, labels])
    unit_of_label = np.unique(both, axis=1)[0]
    found, counts = np.unique(both[:, genuine], axis=1, return_counts=True)
    k = int(units.max()) + 1
    with_pair = np.bincount(found[0][counts >= 2], minlength=k)
    return np.stack([np.bincount(unit_of_label, minlength=k), with_pair], axis=1)
