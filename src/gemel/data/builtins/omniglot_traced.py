"""`omniglot-traced`: drawings on the left, and on the right the pen traces they were made by.

The drawings of `images_background.zip` whose traces are in the two small archives of strokes: 242
characters of 8 alphabets, each drawn by 20 people. An item's label is the drawing itself, so only
its own trace matches it and not another person's of the same character. Lake et al. 2015.
"""

from __future__ import annotations

import numpy as np

from gemel.data.advance import Advance
from gemel.data.builtins.omniglot import BACKGROUND, HOME, Drawings
from gemel.data.builtins.omniglot_strokes import trace_items
from gemel.data.coding import coded
from gemel.data.dataset import TEST, Dataset, Unlike
from gemel.data.download import Archive, fetch
from gemel.data.sources import ChosenItems, JoinedItems, ZipItems
from gemel.errors import DataError

LEARNED, HELD = "strokes_background_small1.zip", "strokes_background_small2.zip"


def open_omniglot_traced(progress: Advance | None = None) -> Dataset:
    """Labels are drawings, `Alphabet/character01/0001_07`; groups are alphabets.

    Alphabets that are in the second archive alone are the test: their characters are never seen.
    """
    traces = [
        trace_items(fetch("omniglot", Archive(name, HOME + name), progress))
        for name in (LEARNED, HELD)
    ]
    found = Drawings.of((BACKGROUND,), progress)
    drawings = ZipItems(found.paths, found.members, found.names)
    drawn = {name.removesuffix(".png"): place for place, name in enumerate(found.names)}
    learned = {name.partition("/")[0] for name in traces[0].names}
    held = [i for i, name in enumerate(traces[1].names) if name.partition("/")[0] not in learned]
    names = [*traces[0].names, *(traces[1].names[i] for i in held)]
    _refuse_untraced(names, drawn)
    items = JoinedItems(
        (
            ChosenItems(drawings, np.array([drawn[name] for name in names])),
            traces[0],
            ChosenItems(traces[1], np.array(held)),
        )
    )
    label_names, labels = coded(names)
    group_names, groups = coded([name.partition("/")[0] for name in names])
    test = np.array([name.partition("/")[0] not in learned for name in names])
    on_left = np.arange(len(items)) < len(names)
    return Dataset(
        name="omniglot-traced",
        items=items,
        labels=np.tile(labels, 2),
        label_names=label_names,
        groups=np.tile(groups, 2),
        group_names=group_names,
        split=np.tile(np.where(test, TEST, -1), 2),
        unlike=Unlike(on_left, ~on_left, "series"),
    )


def _refuse_untraced(names: list[str], drawn: dict[str, int]) -> None:
    missing = [name for name in names if name not in drawn]
    if missing:
        raise DataError(
            f"every trace must have its drawing in images_background.zip, and {missing[0]} has "
            "none: get both archives again"
        )
