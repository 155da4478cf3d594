"""Few-shot between two makers: the examples are by one drawer, and the queries by another.

Lake's protocol with random episodes. An episode takes one group (an alphabet), two of its makers
and N labels: K items of each label by the first maker are the examples, and one item of each by the
second maker is a query. So no hand, camera or session is on both sides.

After the one-shot runs of B. Lake, R. Salakhutdinov & J. Tenenbaum, Science 350, 2015.
Differs from the paper: any number of random episodes in place of 20 fixed runs (400 trials).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Indices, Same, slices
from gemel.errors import DataError, RecipeError
from gemel.evaluation.comparer import CHUNK_FLOATS
from gemel.evaluation.episodes import Episodes
from gemel.functional.grouping import by_code

Makers: TypeAlias = Literal["any", "two"]
"""`two`: the examples of an episode come from one maker, the queries from another."""

SmallGroups: TypeAlias = Literal["skip", "fewer-ways"]
"""Whether groups with fewer than N labels are left out, or asked with the labels they have."""


@final
@dataclass(frozen=True)
class TwoMakersTask:
    """N-way K-shot between two makers: N queries in each of `episodes`."""

    ways: int
    shots: int = 1
    episodes: int = 1_000
    seed: int = 0
    small_groups: SmallGroups = "skip"

    def __post_init__(self) -> None:
        if self.ways < 2 or self.shots < 1 or self.episodes < 1:
            raise RecipeError(
                "few-shot between makers needs at least 2 ways, 1 shot and 1 episode, got "
                f"{self.ways} ways, {self.shots} shots and {self.episodes} episodes"
            )


@final
@dataclass(frozen=True)
class TwoMakersDraw:
    """All episodes of a task, the groups (codes) that are asked with fewer than N labels, and those
    left out, with fewer than `least`.
    """

    episodes: list[Episodes]
    fewer: Codes
    left_out: Codes
    least: int


def draw_two_makers(
    labels: Codes, makers: Codes, task: TwoMakersTask, groups: Codes | None = None
) -> TwoMakersDraw:
    """Draw the episodes: a group, two of its makers, labels that both have made, and their items.

    Each is drawn uniformly. `labels`, `makers` and `groups` (n,) are those of the comparer's items;
    without groups every episode has N labels, whatever the task says of small ones. Raises
    DataError where no group has two makers with enough labels in common.
    """
    rng = np.random.default_rng(task.seed)
    every = _split(labels, makers, groups, task.shots)
    least = 2 if task.small_groups == "fewer-ways" and groups is not None else task.ways
    usable = [group for group in every if group.most_ways >= least]
    if not usable:
        most = most_ways_of_two(labels, makers, task.shots, groups)
        raise DataError(
            f"{task.ways}-way {task.shots}-shot between two makers needs {task.ways} labels"
            f"{'' if groups is None else ' of one group'} with {task.shots} items by one and an "
            f"item by the other, got {most}; ask for fewer ways or shots"
        )
    by_ways: dict[int, list[Episodes]] = defaultdict(list)
    for chosen in rng.choice(np.arange(len(usable)), task.episodes):
        group = usable[chosen]
        ways = min(task.ways, group.most_ways)
        by_ways[ways].append(group.draw(ways, task.shots, rng))
    episodes = [batch for ways in sorted(by_ways) for batch in _batches(by_ways[ways])]
    fewer = [group.code for group in usable if group.most_ways < task.ways]
    left_out = [group.code for group in every if group.most_ways < least]
    return TwoMakersDraw(episodes, np.array(fewer, np.int64), np.array(left_out, np.int64), least)


def most_ways_of_two(
    labels: Codes, makers: Codes, shots: int = 1, groups: Codes | None = None
) -> int:
    """The largest N that the data allow between two makers.

    >>> most_ways_of_two(np.array([0, 0, 1, 1, 2]), np.array([5, 6, 5, 6, 5]))
    2
    """
    every = _split(labels, makers, groups, shots)
    return max((group.most_ways for group in every), default=0)


@final
@dataclass(frozen=True)
class _Group:
    """One group: its items sorted by label, then by maker."""

    code: int
    items: Indices
    start: Indices
    """(labels, makers) the position in `items` of the first item of a label by a maker."""
    size: Indices
    """(labels, makers) the number of items."""
    enough: Same
    """(labels, makers) whether there are enough items for the examples."""
    shared: Indices
    """(makers, makers) the number of labels with examples by the one and a query by the other."""

    @property
    def most_ways(self) -> int:
        return int(self.shared.max(initial=0))

    def draw(self, ways: int, shots: int, rng: np.random.Generator) -> Episodes:
        """Draw `ways` trials, one for each label, in random order."""
        pairs = np.argwhere(self.shared >= ways)
        first, second = pairs[rng.integers(len(pairs))]
        labels = np.flatnonzero(self.enough[:, first] & (self.size[:, second] > 0))
        chosen = rng.permutation(labels)[:ways]
        answer = rng.permutation(ways)
        key = rng.random((ways, int(self.size[chosen, first].max())))
        key[np.arange(key.shape[1]) >= self.size[chosen, first][:, None]] = np.inf
        ranks = np.argsort(key, axis=1)[:, :shots]
        support = self.items[self.start[chosen, first][:, None] + ranks]
        rank = rng.integers(self.size[chosen, second])
        query = self.items[self.start[chosen, second] + rank]
        return Episodes(
            query=query[answer],
            support=np.broadcast_to(support, (ways, ways, shots)),
            answer=answer,
        )


def _split(labels: Codes, makers: Codes, groups: Codes | None, shots: int) -> list[_Group]:
    """The items of each group."""
    groups = np.zeros_like(labels) if groups is None else groups
    found = []
    for code, members in by_code(groups).items():
        label_codes, label = np.unique(labels[members], return_inverse=True)
        maker_codes, maker = np.unique(makers[members], return_inverse=True)
        shape = len(label_codes), len(maker_codes)
        cell = label * shape[1] + maker
        size = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
        start = (np.cumsum(size) - size.ravel()).reshape(shape)
        enough = size >= shots
        shared = enough.T.astype(np.int64) @ (size > 0)
        np.fill_diagonal(shared, 0)
        items = members[np.argsort(cell, kind="stable")]
        found.append(_Group(code, items, start, size, enough, shared))
    return found


def _batches(episodes: list[Episodes]) -> list[Episodes]:
    """Concatenate episodes of one shape into batches that fit in memory."""
    step = max(1, CHUNK_FLOATS // episodes[0].support.size)
    chunks = [episodes[chunk] for chunk in slices(len(episodes), step)]
    return [
        Episodes(
            np.concatenate([each.query for each in chunk]),
            np.concatenate([each.support for each in chunk]),
            np.concatenate([each.answer for each in chunk]),
        )
        for chunk in chunks
    ]
