"""The pairs that a prepared dataset is measured on, and whom they are said to be of."""

from __future__ import annotations

import numpy as np

from gemel.data import Dataset, Pairs, SplitConfig
from gemel.data.sources import ArrayItems
from gemel.inputs import ImageInput
from gemel.measure.prepare import prepare
from gemel.progress import Silent


def test_given_pairs_of_labelled_items_are_of_these_labels():
    """Published pairs join few of the items of a label, which are of one label all the same."""
    labels = np.repeat(np.arange(20), 4)
    pictures = np.random.default_rng(0).integers(0, 256, (80, 6, 6)).astype(np.uint8)
    # Of each label the first two items match; the others occur in different pairs alone.
    different = np.argwhere(labels[:, None] < labels)
    same = np.stack([np.arange(0, 80, 4), np.arange(1, 80, 4)], axis=1)
    left, right = np.concatenate([same, different]).T
    pairs = Pairs(left, right, labels[left] == labels[right], np.full(len(left), -1))
    items = ArrayItems((("items", pictures),))
    dataset = Dataset("patches", items, pairs=pairs).labelled([str(each) for each in labels])
    grey = ImageInput(height=6, width=6, channels=1)
    prepared = prepare(dataset, (grey, grey), SplitConfig(by="label"), 0, Silent())
    test = prepared.part("test")
    sample = prepared.pairs("test", "sampled", 0)
    assert 0 < sample.same.sum() < len(sample)
    assert (sample.left_unit == prepared.labels(test[sample.left])).all()
    assert (sample.right_unit == prepared.labels(test[sample.right])).all()
