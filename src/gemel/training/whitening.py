"""What an encoder takes from the training items before the first step: a whitening by label."""

from __future__ import annotations

import numpy as np
import torch

from gemel.encoders.gabor import GaborEncoder
from gemel.functional.whitening import whitening_within
from gemel.measure.packed import PackedSide
from gemel.measure.prepared import Prepared
from gemel.twin import Twin

MOST_ITEMS = 2_000
"""Of the training side; covariances gain nothing from more."""
AT_ONCE = 16
"""Items whose views are filtered in one step."""


def whiten(twin: Twin, prepared: Prepared) -> None:
    """Sets the last layer of an encoder that starts so; does nothing to any other twin."""
    sides = (prepared.packed.left, prepared.packed.right)
    for encoder, packed in zip(twin.encoders, sides, strict=False):
        if isinstance(encoder, GaborEncoder) and prepared.dataset.labels is not None:
            _whiten(encoder, prepared, packed)


def _whiten(encoder: GaborEncoder, prepared: Prepared, packed: PackedSide) -> None:
    train = prepared.side("train")
    train = train[prepared.genuine(train) & packed.holds(train)]
    chosen = train[np.linspace(0, len(train) - 1, min(MOST_ITEMS, len(train))).astype(int)]
    parts = []
    with torch.inference_mode():
        for start in range(0, len(chosen), AT_ONCE):
            (pictures,) = packed.feed(chosen[start : start + AT_ONCE])
            parts.append(encoder.features(torch.from_numpy(pictures)).numpy())
    features = np.concatenate(parts)
    labels = np.repeat(prepared.labels(chosen), features.shape[1])
    flat = features.reshape(-1, features.shape[2])
    kept = encoder.whitening.out_features
    mean, matrix = whitening_within(flat, labels, encoder.shrinkage, kept)
    with torch.no_grad():
        encoder.whitening.weight.copy_(torch.from_numpy(matrix.T))
        encoder.whitening.bias.copy_(torch.from_numpy(-mean @ matrix))
