"""Split items into parts that share no content and, where possible, no label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gemel.arrays import Codes, Same
from gemel.counting import count
from gemel.data.dataset import PARTS, Dataset
from gemel.data.splits.allotment import WITHOUT_FOLDS, allot_items
from gemel.data.splits.given import (
    NOWHERE,
    contradictions_notice,
    copies_notice,
    open_shares,
    settle,
)
from gemel.data.splits.labelled import Labelled
from gemel.data.splits.pairs import rows_within, split_pairs
from gemel.data.splits.split import Split, SplitConfig, Unit, positions
from gemel.data.splits.together import content_codes, together
from gemel.data.splits.unit import chosen_unit
from gemel.data.splits.whole import whole_parts
from gemel.errors import DataError


def split(
    dataset: Dataset,
    config: SplitConfig,
    digests: NDArray[np.uint8],
    readable: Same,
    seed: int,
) -> Split:
    """Split a dataset into training, validation and test, reproducibly by `seed`.

    A given split is kept, and items that it leaves undecided are assigned. `digests` (n, 16) and
    `readable` (n,) are those of the pack: equal contents stay together, unreadable items are in no
    part. Raises DataError if the dataset cannot be split as `config` asks, or a part would have too
    few labels or pairs.

    >>> import numpy as np
    >>> from gemel.data import open_data
    >>> dataset = open_data("digits")
    >>> digests = np.arange(len(dataset) * 2).view(np.uint8).reshape(-1, 16)
    >>> parts = split(dataset, SplitConfig(), digests, np.full(len(dataset), True), seed=0)
    >>> parts.by, len(np.unique(dataset.labels[parts.validation]))
    ('label', 2)
    """
    contents = content_codes(digests)
    random = np.random.default_rng(seed)
    if dataset.labels is None:
        return split_pairs(dataset, config, contents, readable, random)
    if config.by == "pair":
        raise DataError(f"{dataset.name} has labels: set split.by to label, group or item")
    given, remarks = settle(dataset.given(), contents, readable)
    labelled = Labelled(dataset, dataset.labels, contents, given)
    parts, by, why = _divided(labelled, config, random)
    alive = parts != NOWHERE
    copied = copies_notice(labelled.labels, contents, alive)
    doubts = contradictions_notice(labelled.labels, contents, alive, dataset.items.name)
    reason = " ".join(
        [f"Split by {by}: {why}.", *remarks, *copied, _counted(labelled.labels, parts)]
    )
    pairs = None if dataset.pairs is None else rows_within(dataset.pairs, parts)
    return Split(*positions(parts), by, reason, pairs, doubts)


def _divided(
    labelled: Labelled, config: SplitConfig, random: np.random.Generator
) -> tuple[Codes, Unit, str]:
    """The parts, by what they were divided, and why by that; `auto` falls back on single items."""
    by, why = chosen_unit(labelled, config)
    if config.folds:
        why = f"fold {config.fold + 1} of {config.folds} is the test"
    parts = _parts(labelled, by, config, random)
    lacking = labelled.lacking(parts)
    if lacking and config.by == "auto" and by != "item" and not config.folds:
        why = f"whole {by}s cannot be held out here, since {lacking}"
        by = "item"
        parts = _parts(labelled, by, config, random)
        lacking = labelled.lacking(parts)
    if lacking:
        instead = WITHOUT_FOLDS if config.folds else "change split.by or the shares"
        raise DataError(
            f"{labelled.dataset.name} cannot be split by {by}: {lacking}. Add items or labels, "
            f"{instead}, or give a split of your own in a table"
        )
    return parts, by, why


def _parts(labelled: Labelled, by: Unit, config: SplitConfig, random: np.random.Generator) -> Codes:
    """(n,) the settled parts, with the undecided items assigned."""
    parts, undecided = labelled.parts.copy(), labelled.open
    if not undecided.any():
        return parts
    if by == "item":
        parts[undecided] = _item_parts(labelled, config, random)
    else:
        parts[undecided] = whole_parts(labelled, by, config, random)
    return parts


def _item_parts(labelled: Labelled, config: SplitConfig, random: np.random.Generator) -> Codes:
    """(m,) the part of each undecided item, assigned one by one."""
    chosen = labelled.open
    # The forgeries of a label are assigned separately: two of them are no matching pair.
    strata = 2 * labelled.labels[chosen] + ~labelled.genuine[chosen]
    shares = open_shares(labelled.parts, config)
    return allot_items(together(labelled.contents[chosen]), strata, shares, random)


def _counted(labels: Codes, parts: Codes) -> str:
    told = []
    for part, name in enumerate(PARTS):
        here = labels[parts == part]
        of = count(len(np.unique(here)), "label")
        told.append(f"{name} {count(len(here), 'item')} of {of}")
    return f"{', '.join(told).capitalize()}."
