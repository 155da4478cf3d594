"""Koch's pairs: half same, half different, and equally many from every group.

Koch, Zemel & Salakhutdinov 2015, section 4.2: "a uniform number of training examples per alphabet",
whatever the number of its characters. For training, and for verification (10,000 pairs).
Differs from the paper: it does not say whether a different pair may span two alphabets; here both
items are of one alphabet, as in the one-shot task.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.errors import DataError
from gemel.evaluation.pairs import PairSample
from gemel.functional.grouping import Grouped, by_code


def group_pairs(labels: Codes, groups: Codes | None, count: int, seed: int) -> PairSample:
    """Draw `count` pairs with replacement; `labels` and `groups` (n,) are those of the items.

    Within a group, labels are drawn uniformly, then their items; no item is paired with itself.
    Without `groups` all labels form one group. Raises DataError where no group has two labels, one
    of them with two items.

    >>> pairs = group_pairs(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 0, 1, 1]), 4, seed=0)
    >>> pairs.same.tolist(), sorted(set(pairs.left_unit.tolist()))
    ([True, False, True, False], [0, 1])
    """
    rng = np.random.default_rng(seed)
    groups = np.zeros_like(labels) if groups is None else groups
    every = [Grouped.of(labels, members) for members in by_code(groups).values()]
    usable = [group for group in every if len(_paired(group)) and len(group.size) > 1]
    if not usable:
        raise DataError(
            "pairs by group need a group with two labels, one of them with two items, got none "
            f"among {len(every)}: add items, or set pairs=sampled"
        )
    number = np.arange(count)
    group_of, same = number % len(usable), number // len(usable) % 2 == 0
    left, right = np.empty((2, count), np.int64)
    for code, group in enumerate(usable):
        for match in (True, False):
            chosen = (group_of == code) & (same == match)
            left[chosen], right[chosen] = _draw(group, match, int(chosen.sum()), rng)
    return PairSample(left, right, same, labels[left], labels[right])


def _paired(group: Grouped) -> Indices:
    """The labels of a group with two items or more."""
    return np.flatnonzero(group.size > 1)


def _draw(
    group: Grouped, match: bool, count: int, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """The left and the right items (count,) of pairs within a group."""
    size = group.size
    if match:
        first = second = rng.choice(_paired(group), count)
        one = rng.integers(size[first])
        other = rng.integers(size[first] - 1)
        other += other >= one
    else:
        first = rng.integers(len(size), size=count)
        second = rng.integers(len(size) - 1, size=count)
        second += second >= first
        one, other = rng.integers(size[first]), rng.integers(size[second])
    return group.items[group.start[first] + one], group.items[group.start[second] + other]
