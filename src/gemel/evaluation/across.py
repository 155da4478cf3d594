"""Two sides that hold different items: pairs and trials have one item of each.

The left side asks and the right one answers: a drawing is looked for among pen traces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.counting import count
from gemel.errors import DataError
from gemel.evaluation.few_shot import Episodes, FewShotTask
from gemel.evaluation.pairs import PairLimits, PairSample, drawn
from gemel.functional.grouping import by_code


@final
@dataclass(frozen=True)
class TwoSides:
    """`labels` (n,) of all items, and the positions of those that are on each side."""

    labels: Codes
    left: Indices
    right: Indices


def sample_across(sides: TwoSides, seed: int, limits: PairLimits = PairLimits()) -> PairSample:
    """Pairs of a left and a right item: genuine ones, then impostors, each uniform without
    replacement.

    Raises DataError where there is no pair of one of the kinds.

    >>> sides = TwoSides(np.array([0, 1, 0, 1]), np.array([0, 1]), np.array([2, 3]))
    >>> pairs = sample_across(sides, seed=0, limits=PairLimits(2, 1))
    >>> pairs.same.tolist(), sorted(zip(pairs.left[:2].tolist(), pairs.right[:2].tolist()))
    ([True, True, False], [(0, 2), (1, 3)])
    """
    rng = np.random.default_rng(seed)
    start, stop, order = _partners(sides)
    genuine = drawn(start, stop, limits.genuine, rng)
    others = len(order) - (stop - start)
    asked, place = drawn(np.zeros_like(others), others, limits.impostors, rng)
    place += (stop - start)[asked] * (place >= start[asked])  # step over the partners
    if not (len(genuine[0]) and len(asked)):
        raise DataError(
            "verification across two sides needs a left and a right item of one label, and two "
            f"labels; got {len(sides.left):,} items on the left and {len(sides.right):,} on the "
            "right: add items"
        )
    left = sides.left[np.concatenate([genuine[0], asked])]
    right = order[np.concatenate([genuine[1], place])]
    same = np.arange(len(left)) < len(genuine[0])
    return PairSample(left, right, same, sides.labels[left], sides.labels[right])


def draw_across(sides: TwoSides, task: FewShotTask, groups: Codes | None = None) -> list[Episodes]:
    """Trials whose query is a left item and whose candidates are right ones, a label each.

    `groups` (n,) keeps all candidates of a trial within the query's group, and groups are drawn
    evenly, as for items of one kind. Raises DataError where fewer labels than ways have items
    enough, or none of them has a left item to ask with.
    """
    rng = np.random.default_rng(task.seed)
    group = np.zeros_like(sides.labels) if groups is None else groups
    own = by_code(sides.labels, sides.left)
    others = {
        label: members
        for label, members in by_code(sides.labels, sides.right).items()
        if len(members) >= task.shots
    }
    known = np.array(list(others), np.int64)
    first = np.array([members[0] for members in others.values()], np.int64)
    tables = [known[members] for members in by_code(group[first]).values()]
    wide = [table for table in tables if len(table) >= task.ways]
    asked = [(table, table[[label in own for label in table.tolist()]]) for table in wide]
    asked = [(table, labels) for table, labels in asked if len(labels)]
    if not asked:
        raise _cannot_ask(task, max(map(len, tables), default=0), groups is not None)
    query, support, answer = [], [], []
    for _ in range(task.trials):
        table, labels = asked[rng.integers(len(asked))]
        label = int(rng.choice(labels))
        ways = rng.permutation(table[table != label])[: task.ways - 1]
        place = int(rng.integers(task.ways))
        each_way = np.insert(ways, place, label).tolist()
        query.append(rng.choice(own[label]))
        support.append([rng.permutation(others[each])[: task.shots] for each in each_way])
        answer.append(place)
    return [Episodes(np.array(query), np.array(support), np.array(answer))]


def _cannot_ask(task: FewShotTask, most: int, within_group: bool) -> DataError:
    asked = f"{task.ways}-way {task.shots}-shot across two sides"
    if most >= task.ways:
        return DataError(
            f"{asked} asks with an item of the left side, and no label that has "
            f"{count(task.shots, 'item')} on the right has one on the left: add items"
        )
    return DataError(
        f"{asked} needs {task.ways} labels with {count(task.shots, 'item')} on the right"
        f"{' in one group' if within_group else ''}, got {most}; ask for fewer ways or shots"
    )


def most_ways_across(sides: TwoSides, shots: int, groups: Codes | None = None) -> int:
    """The largest N: how many labels of one group have `shots` items on the right."""
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
