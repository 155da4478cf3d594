"""Sets the whitening layers of an encoder from the training items, before the first step."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from gemel.arrays import Codes, Floats, Indices, Same, slices
from gemel.encoders import WhitenedEncoder
from gemel.encoders.whitened import Whitening
from gemel.errors import RecipeError
from gemel.functional.principal import principal_axes
from gemel.functional.whitening import whitening_within
from gemel.measure.packed import PackedSide
from gemel.measure.prepared import Prepared
from gemel.planning.pixel_statistics import AT_ONCE, looked_at
from gemel.twin import Twin


def whiten(twin: Twin, prepared: Prepared) -> None:
    """Sets the whitening layers of encoders that have any, if the data have labels."""
    sides = (prepared.packed.left, prepared.packed.right)
    for encoder, packed in zip(twin.encoders, sides, strict=False):
        if isinstance(encoder, WhitenedEncoder) and prepared.dataset.labels is not None:
            _whiten(encoder, prepared, packed)


def _whiten(encoder: WhitenedEncoder, prepared: Prepared, packed: PackedSide) -> None:
    train = prepared.part("train") if encoder.by_axes else prepared.genuine_part("train")
    chosen = looked_at(packed, train)
    described = _described(encoder, packed, chosen)
    for layer, features in zip(encoder.whitenings(), described, strict=True):
        labels = np.repeat(prepared.labels(chosen), features.shape[1])
        genuine = np.repeat(prepared.genuine(chosen), features.shape[1])
        flat = features.reshape(-1, features.shape[2])
        if not np.ptp(flat, axis=0).any():
            raise RecipeError(
                "the encoder's features must differ between training items to be whitened, and "
                "are all equal: pictures of this size may be too small for it. Set a larger "
                "input.size, or encoder.name=compact"
            )
        _set(layer, *_whitening(encoder, layer.out_features, flat, labels, genuine))


def _whitening(
    encoder: WhitenedEncoder,
    kept: int,
    features: NDArray[np.float32],
    labels: Codes,
    genuine: Same,
) -> tuple[Floats, Floats]:
    """Weights (d, k) and bias (k,).

    Forgeries contribute to the principal axes and the mean, but not to the covariance within
    labels.
    """
    if not encoder.by_axes:
        mean, matrix = whitening_within(features, labels, encoder.shrinkage, kept)
        return matrix, -mean @ matrix
    middle, axes = principal_axes(features, kept)
    reduced = ((features - middle.astype(np.float32)) @ axes.astype(np.float32))[genuine]
    _, within = whitening_within(reduced, labels[genuine], encoder.shrinkage, kept)
    matrix = axes @ within
    return matrix, -middle @ matrix


def _described(
    encoder: WhitenedEncoder, packed: PackedSide, chosen: Indices
) -> list[NDArray[np.float32]]:
    """Features (n, views, d) for each layer."""
    parts = []
    with torch.inference_mode():
        for chunk in slices(len(chosen), AT_ONCE):
            (pictures,) = packed.feed(chosen[chunk])
            parts.append(encoder.described(torch.from_numpy(pictures)))
    return [torch.cat(of_layer).numpy() for of_layer in zip(*parts, strict=True)]


def _set(layer: Whitening, matrix: Floats, bias: Floats) -> None:
    """Sets the weights; outputs beyond the axes of `matrix`, as with few items, are zero."""
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
        layer.weight[: len(bias)].copy_(torch.from_numpy(matrix.T))
        layer.bias[: len(bias)].copy_(torch.from_numpy(bias))
