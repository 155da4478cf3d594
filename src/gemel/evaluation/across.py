"""Pairs and few-shot trials between two sides that hold different items.

Queries are items of the left side and candidates items of the right: a drawing is looked up among
pen traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.counting import count
from gemel.errors import DataError
from gemel.evaluation.episodes import Episodes, FewShotTask
from gemel.evaluation.pairs import PairLimits, PairSample, drawn
from gemel.functional.grouping import by_code


@final
@dataclass(frozen=True)
class TwoSides:
    """The labels (n,) of all items, and the positions of the items of each side."""

    labels: Codes
    left: Indices
    right: Indices


def sample_across(sides: TwoSides, seed: int, limits: PairLimits = PairLimits()) -> PairSample:
    """Sample pairs of a left and a right item: genuine pairs, then impostor pairs.

    Each kind is drawn uniformly without replacement. Raises DataError where there is no pair of one
    of the kinds.

    >>> sides = TwoSides(np.array([0, 1, 0, 1]), np.array([0, 1]), np.array([2, 3]))
    >>> pairs = sample_across(sides, seed=0, limits=PairLimits(2, 1))
    >>> pairs.same.tolist(), sorted(zip(pairs.left[:2].tolist(), pairs.right[:2].tolist()))
    ([True, True, False], [(0, 2), (1, 3)])
    """
    rng = np.random.default_rng(seed)
    start, stop, order = _partners(sides)
    genuine, partner = drawn(start, stop, limits.genuine, rng)
    others = len(order) - (stop - start)
    impostor, other = drawn(np.zeros_like(others), others, limits.impostors, rng)
    other += (stop - start)[impostor] * (other >= start[impostor])  # skip the partners
    if not (len(genuine) and len(impostor)):
        raise DataError(
            "verification across two sides needs a left and a right item of one label, and two "
            f"labels; got {len(sides.left):,} items on the left and {len(sides.right):,} on the "
            "right: add items"
        )
    left = sides.left[np.concatenate([genuine, impostor])]
    right = order[np.concatenate([partner, other])]
    same = np.arange(len(left)) < len(genuine)
    return PairSample(left, right, same, sides.labels[left], sides.labels[right])


def draw_across(sides: TwoSides, task: FewShotTask, groups: Codes | None = None) -> list[Episodes]:
    """Draw N-way K-shot trials with queries from the left side and examples from the right.

    With `groups` (n,) each trial is drawn within one group, and groups are drawn uniformly. Raises
    DataError where fewer than N labels have K items on the right, or none of them has an item on
    the left.
    """
    rng = np.random.default_rng(task.seed)
    queries = by_code(sides.labels, sides.left)
    examples = {
        label: members
        for label, members in by_code(sides.labels, sides.right).items()
        if len(members) >= task.shots
    }
    drawable = _drawable(queries, examples, task, groups)
    query, support, answer = [], [], []
    for _ in range(task.trials):
        table, labels = drawable[rng.integers(len(drawable))]
        label = int(rng.choice(labels))
        others = rng.permutation(table[table != label])[: task.ways - 1]
        position = int(rng.integers(task.ways))
        ways = np.insert(others, position, label).tolist()
        query.append(rng.choice(queries[label]))
        support.append([rng.permutation(examples[way])[: task.shots] for way in ways])
        answer.append(position)
    return [Episodes(np.array(query), np.array(support), np.array(answer))]


def _drawable(
    queries: Mapping[int, Indices],
    examples: Mapping[int, Indices],
    task: FewShotTask,
    groups: Codes | None,
) -> list[tuple[Codes, Codes]]:
    """For each group that is large enough, the labels with examples, and those of them that have a
    query.
    """
    known = np.array(list(examples), np.int64)
    first = np.array([members[0] for members in examples.values()], np.int64)
    group = np.zeros_like(known) if groups is None else groups[first]
    tables = [known[members] for members in by_code(group).values()]
    large = [table for table in tables if len(table) >= task.ways]
    asked = [table[[label in queries for label in table.tolist()]] for table in large]
    drawable = [each for each in zip(large, asked, strict=True) if len(each[1])]
    if not drawable:
        raise _no_trials(task, max(map(len, tables), default=0), groups is not None)
    return drawable


def _no_trials(task: FewShotTask, most: int, within_group: bool) -> DataError:
    name = f"{task.ways}-way {task.shots}-shot across two sides"
    if most >= task.ways:
        return DataError(
            f"{name} needs a query on the left, and no label that has "
            f"{count(task.shots, 'item')} on the right has one on the left: add items"
        )
    return DataError(
        f"{name} needs {task.ways} labels with {count(task.shots, 'item')} on the right"
        f"{' in one group' if within_group else ''}, got {most}; ask for fewer ways or shots"
    )


def most_ways_across(sides: TwoSides, shots: int, groups: Codes | None = None) -> int:
    """The largest N that the data allow: the most labels with `shots` items on the right in any one
    group.
    """
    labels, first, sizes = np.unique(
        sides.labels[sides.right], return_index=True, return_counts=True
    )
    group = np.zeros(len(labels), np.int64) if groups is None else groups[sides.right][first]
    enough = group[sizes >= shots]
    return int(np.unique(enough, return_counts=True)[1].max(initial=0))


def _partners(sides: TwoSides) -> tuple[Indices, Indices, Indices]:
    """(start, stop, order): the right partners of left item i are order[start[i] : stop[i]]."""
    order = sides.right[np.argsort(sides.labels[sides.right], kind="stable")]
    known = sides.labels[order]
    start = np.searchsorted(known, sides.labels[sides.left], side="left")
    stop = np.searchsorted(known, sides.labels[sides.left], side="right")
    return start, stop, order
