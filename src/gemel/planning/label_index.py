"""The labels of the training part, indexed for batches that are drawn by label."""

from __future__ import annotations

from gemel.batches import LabelIndex, TwoSidedIndex
from gemel.measure.prepared import Prepared


def label_index(prepared: Prepared) -> LabelIndex:
    """The genuine training items by label, and the forgeries of each."""
    dataset, train = prepared.dataset, prepared.part("train")
    assert dataset.labels is not None
    genuine = prepared.genuine(train)
    return LabelIndex(train[genuine], dataset.labels, dataset.groups, train[~genuine])


def two_sided_index(prepared: Prepared) -> TwoSidedIndex:
    """The training items of each side by label, for data whose sides hold different kinds."""
    dataset, train = prepared.dataset, prepared.part("train")
    sides = prepared.two_sides(train)
    assert sides is not None
    assert dataset.labels is not None
    left, right = train[sides.left], train[sides.right]
    return TwoSidedIndex(left, right, dataset.labels, dataset.groups)
