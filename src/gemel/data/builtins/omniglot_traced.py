"""`omniglot-traced`: drawings on the left, and the pen traces of these drawings on the right.

The drawings of `images_background.zip` whose traces are in the two small archives of strokes: 242
characters of 8 alphabets, each drawn by 20 people. The label is the individual drawing, so only its
own trace matches it, not another person's of the same character. Lake et al. 2015.
"""

from __future__ import annotations

import numpy as np

from gemel.data.builtins.omniglot import BACKGROUND, Drawings
from gemel.data.builtins.omniglot_strokes import traces
from gemel.data.dataset import TEST, Dataset, Unlike
from gemel.data.sources import ZipItems
from gemel.errors import DataError


def open_omniglot_traced() -> Dataset:
    """Labels are drawings, `Alphabet/character01/0001_07`; groups are alphabets.

    The alphabets that are only in the second archive are test.
    """
    traced, held = traces()
    background = Drawings.of((BACKGROUND,))
    drawn = {name.removesuffix(".png"): place for place, name in enumerate(background.names)}
    names = [name.removesuffix(".txt") for name in traced.names]
    _refuse_untraced(names, drawn)
    drawings = background[np.array([drawn[name] for name in names])]
    right = [(len(drawings.paths) + archive, member) for archive, member in traced.members]
    on_left = np.arange(2 * len(names)) < len(names)
    dataset = Dataset(
        name="omniglot-traced",
        items=ZipItems(
            (*drawings.paths, *traced.paths),
            (*drawings.members, *right),
            (*drawings.names, *traced.names),
        ),
        split=np.tile(np.where(held, TEST, -1), 2),
        unlike=Unlike(on_left, "series"),
    )
    return dataset.labelled(2 * names).grouped(2 * traced.alphabets)


def _refuse_untraced(names: list[str], drawn: dict[str, int]) -> None:
    missing = [name for name in names if name not in drawn]
    if missing:
        raise DataError(
            f"every trace must have its drawing in images_background.zip, and {missing[0]} has "
            "none: get both archives again"
        )
