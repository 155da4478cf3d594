"""The mean over pairs, in which matching ones may carry half of the loss, however rare they are."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from gemel.shapes import Same, Scalar


def mean_over_pairs(
    per_pair: Float[Tensor, "*rows columns"], same: Same, *, balanced: bool
) -> Scalar:
    """The mean over all pairs alike, or half the mean over matching plus half that over others.

    In a batch where all pairs are used, different pairs outnumber matching ones by the number of
    labels; on batches of half and half both means are the same.
    """
    if not balanced:
        return per_pair.mean()
    weight = same.to(per_pair.dtype)
    matching = (per_pair * weight).sum() / weight.sum().clamp(min=1)
    different = (per_pair * (1 - weight)).sum() / (1 - weight).sum().clamp(min=1)
    return (matching + different) / 2
