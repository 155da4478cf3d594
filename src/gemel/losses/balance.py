"""The mean of a per-pair loss, optionally balanced between matching and different pairs."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from gemel.shapes import Same, Scalar


def mean_over_pairs(
    per_pair: Float[Tensor, "*rows columns"], same: Same, *, balanced: bool
) -> Scalar:
    """The plain mean, or, if `balanced`, the average of the means over matching and other pairs.

    Balancing matters where all pairs of a batch are used: different pairs then outnumber matching
    ones roughly by the number of labels. If half of the pairs match, both results are equal.
    """
    if not balanced:
        return per_pair.mean()
    weight = same.to(per_pair.dtype)
    matching = (per_pair * weight).sum() / weight.sum().clamp(min=1)
    different = (per_pair * (1 - weight)).sum() / (1 - weight).sum().clamp(min=1)
    return (matching + different) / 2
