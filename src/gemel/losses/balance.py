"""Weighs pairs so that the matching ones carry half of the loss, however rare they are."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from gemel.shapes import Same, Scalar


def balanced_mean(per_pair: Float[Tensor, "*rows columns"], same: Same) -> Scalar:
    """Half the mean over matching pairs plus half the mean over different ones.

    In a batch where all pairs are used, different pairs outnumber matching ones by the number of
    labels; on batches of half and half this is the plain mean.
    """
    weight = same.to(per_pair.dtype)
    matching = (per_pair * weight).sum() / weight.sum().clamp(min=1)
    different = (per_pair * (1 - weight)).sum() / (1 - weight).sum().clamp(min=1)
    return (matching + different) / 2
