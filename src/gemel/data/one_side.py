"""The items of one side of a dataset, as a dataset of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.arrays import Array, Side
from gemel.data.dataset import Dataset
from gemel.data.sources import ChosenItems


def on_side(dataset: Dataset, side: Side) -> Dataset:
    """The items of one side, without `pairs`; the dataset itself if items may be on either."""
    unlike = dataset.unlike
    if unlike is None:
        return dataset
    chosen = np.flatnonzero(unlike.left if side == "left" else unlike.right)

    def select(values: Array | None) -> Array | None:
        return None if values is None else values[chosen]

    return replace(
        dataset,
        items=ChosenItems(dataset.items, chosen),
        labels=select(dataset.labels),
        groups=select(dataset.groups),
        makers=select(dataset.makers),
        split=select(dataset.split),
        genuine=select(dataset.genuine),
        pairs=None,
        kind=dataset.kind if side == "left" else unlike.right_kind,
        unlike=None,
    )
