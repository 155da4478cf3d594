"""The items of one side of a dataset, as a dataset of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.arrays import Side
from gemel.data.dataset import Dataset
from gemel.data.sources import ChosenItems


def on_side(dataset: Dataset, side: Side) -> Dataset:
    """The items of one side, without `pairs`; the dataset itself if items may be on either."""
    unlike = dataset.unlike
    if unlike is None:
        return dataset
    chosen = np.flatnonzero(unlike.left if side == "left" else unlike.right)
    side_of = dataset.taken(ChosenItems(dataset.items, chosen), chosen)
    return side_of if side == "left" else replace(side_of, kind=unlike.right_kind)
