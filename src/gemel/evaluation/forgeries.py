"""Pairs where items may be forged: genuine with genuine, with a forgery, and with another's item.

A forgery claims a label and must not be taken for it (a skilled forgery); an item of another label
is a random forgery. Two forgeries are never compared: whether one hand made both is not known.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Same
from gemel.errors import DataError
from gemel.evaluation.pairs import PairLimits, PairSample, drawn, sample_pairs

FEWEST = 3_000
"""Random forgeries that are taken however few the skilled ones are: what a rate of 1 % asks for."""


def sample_forgery_pairs(
    labels: Codes, genuine: Same, seed: int, limits: PairLimits = PairLimits()
) -> PairSample:
    """Genuine pairs, then random forgeries, then skilled ones, each uniform without replacement.

    `genuine` (n,) is false for a forgery of its label. Half of the impostors may be skilled, and as
    many random ones are taken as there are skilled, so that neither kind decides a figure of both;
    or `FEWEST`, since a handful of forgeries should not leave a handful of pairs in all.
    Raises DataError without a forgery of a label with genuine items, and as `sample_pairs` does.

    >>> pairs = sample_forgery_pairs(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 1]) == 1, seed=0)
    >>> list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.same.tolist()))
    [(0, 1, True), (0, 3, False), (1, 3, False), (0, 2, False), (1, 2, False)]
    """
    own, forged = np.flatnonzero(genuine), np.flatnonzero(~genuine)
    forged = forged[np.argsort(labels[forged], kind="stable")]
    first, last = (np.searchsorted(labels[forged], labels[own], end) for end in ("left", "right"))
    rng = np.random.default_rng([seed, 1])
    claims, forgeries = drawn(first, last, limits.impostors // 2, rng)
    if len(claims) == 0:
        raise DataError(
            "skilled forgeries are measured against genuine items of the label they claim, and "
            f"none of {len(forged):,} forgeries has one; add items"
        )
    random = min(limits.impostors - len(claims), max(len(claims), FEWEST))
    others = sample_pairs(labels[own], seed, PairLimits(limits.genuine, random))
    left = np.concatenate([own[others.left], own[claims]])
    right = np.concatenate([own[others.right], forged[forgeries]])
    skilled = np.arange(len(left)) >= len(others)
    same = np.concatenate([others.same, np.zeros(len(claims), np.bool_)])
    return PairSample(left, right, same, labels[left], labels[right], skilled)
