"""The items that stand on one side of every pair, as a dataset of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.arrays import Codes, Side
from gemel.data.dataset import Dataset
from gemel.data.sources import ChosenItems


def on_side(dataset: Dataset, side: Side) -> Dataset:
    """The dataset itself where every item may be on either side; pairs are of both and left out."""
    unlike = dataset.unlike
    if unlike is None:
        return dataset
    chosen = np.flatnonzero(unlike.left if side == "left" else unlike.right)

    def of_these(codes: Codes | None) -> Codes | None:
        return None if codes is None else codes[chosen]

    return replace(
        dataset,
        items=ChosenItems(dataset.items, chosen),
        labels=of_these(dataset.labels),
        groups=of_these(dataset.groups),
        makers=of_these(dataset.makers),
        split=of_these(dataset.split),
        genuine=None if dataset.genuine is None else dataset.genuine[chosen],
        pairs=None,
        kind=dataset.kind if side == "left" else unlike.right_kind,
        unlike=None,
    )
