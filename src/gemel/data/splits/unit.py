"""Choose what is held out as a whole: labels, groups or single items."""

from __future__ import annotations

import numpy as np

from gemel.arrays import Same
from gemel.counting import count
from gemel.data.dataset import VALIDATION
from gemel.data.splits.given import NOWHERE
from gemel.data.splits.labelled import Labelled
from gemel.data.splits.split import SplitConfig, Unit
from gemel.errors import DataError

ENOUGH_LABELS = 10
"""`auto` holds out whole labels if at least this many have two items."""


def chosen_unit(labelled: Labelled, config: SplitConfig) -> tuple[Unit, str]:
    """What is held out, and why. Raises DataError for groups that do not exist."""
    dataset = labelled.dataset
    if config.by == "group" and dataset.groups is None:
        raise DataError(
            f"{dataset.name} has no groups to split by: add a column group or an upper level of "
            "folders, or set split.by to label or item"
        )
    if config.by != "auto":
        return config.by, "as the recipe says"
    given = labelled.parts
    held = given >= VALIDATION
    if held.any():
        return _like_the_given(labelled, held, given != NOWHERE)
    if config.folds:
        return "label", "as the recipe says"
    counts = np.bincount(labelled.labels[labelled.open & labelled.genuine])
    with_pair = int((counts >= 2).sum())
    paired = f"{count(with_pair, 'label has', 'labels have')} two items or more"
    if with_pair >= ENOUGH_LABELS:
        return "label", f"{paired}, enough to keep some unseen"
    return "item", (
        f"{paired}, and it takes {ENOUGH_LABELS} of them to keep some unseen, so the figures hold "
        "for these labels and say little about new ones"
    )


def _like_the_given(labelled: Labelled, held: Same, alive: Same) -> tuple[Unit, str]:
    dataset = labelled.dataset
    rest = alive & ~held
    if np.isin(labelled.labels[held], labelled.labels[rest]).any():
        return "item", "the given split has the same labels in both parts"
    groups = dataset.groups
    if groups is not None and not np.isin(groups[held], groups[rest]).any():
        return "group", "the given split keeps whole groups unseen"
    return "label", "the given split keeps whole labels unseen"
