"""Verification pairs with forgeries: genuine pairs, random forgeries and skilled forgeries.

A skilled forgery is an item made to pass for one of a label; a random forgery is a genuine item of
another label. Two forgeries are never paired: whether one hand made both is not known.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Same
from gemel.errors import DataError
from gemel.evaluation.pairs import PairLimits, PairSample, drawn, sample_pairs

FEWEST = 3_000
"""Random forgeries to draw even if there are fewer skilled ones: what a FAR of 1 % needs."""


def sample_forgery_pairs(
    labels: Codes, genuine: Same, seed: int, limits: PairLimits = PairLimits()
) -> PairSample:
    """Sample genuine pairs, then random and then skilled forgeries, uniformly without replacement.

    `genuine` (n,) is false for a forgery of its label. At most half of the impostor limit are
    skilled forgeries, with as many random ones, so that figures of both weigh them equally; but at
    least `FEWEST` random ones, if the limit allows it.
    Raises DataError where no forgery has genuine items of its label, and as `sample_pairs` does.

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
            "skilled forgeries are compared with genuine items of the label they claim, and "
            f"none of {len(forged):,} forgeries has one; add items"
        )
    random = min(limits.impostors - len(claims), max(len(claims), FEWEST))
    others = sample_pairs(labels[own], seed, PairLimits(limits.genuine, random))
    left = np.concatenate([own[others.left], own[claims]])
    right = np.concatenate([own[others.right], forged[forgeries]])
    skilled = np.arange(len(left)) >= len(others)
    same = np.concatenate([others.same, np.zeros(len(claims), np.bool_)])
    return PairSample(left, right, same, labels[left], labels[right], skilled)
