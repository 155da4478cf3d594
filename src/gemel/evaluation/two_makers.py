"""Few-shot with two makers: the examples come from one drawer, and the queries from another.

Lake's way of asking, drawn at random: an episode takes one group (an alphabet) and two makers of
it, N labels, K items of each by the first maker to know them by, and one of each by the second to
name. Nobody's hand, camera or day is on both sides, and N queries of an episode cost no encoding.

After the one-shot runs of B. Lake, R. Salakhutdinov & J. Tenenbaum, Science 350, 2015.
Differs from the paper: 20 runs are one draw of 400 trials; here as many are drawn as are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Indices, Same
from gemel.errors import DataError, RecipeError
from gemel.evaluation.comparer import CHUNK_FLOATS
from gemel.evaluation.few_shot import Episodes

SmallGroups: TypeAlias = Literal["skip", "fewer-ways"]
"""What becomes of groups with fewer than N labels: left out, or asked with those they have."""


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
                "few-shot between makers asks for 2 ways, 1 shot and 1 episode at least, got "
                f"{self.ways} ways, {self.shots} shots and {self.episodes} episodes"
            )


@final
@dataclass(frozen=True)
class TwoMakersDraw:
    """All episodes of a task, and the groups (codes) with fewer labels than it asks for."""

    episodes: list[Episodes]
    small: Codes


def draw_two_makers(
    labels: Codes, makers: Codes, task: TwoMakersTask, groups: Codes | None = None
) -> TwoMakersDraw:
    """Draw the episodes: a group evenly, two makers of it, labels that both have made, items.

    `labels`, `makers` and `groups` (n,) are those of the comparer's items. Raises DataError where
    no group has two makers of labels enough.
    """
    rng = np.random.default_rng(task.seed)
    arenas = _arenas(labels, makers, groups, task.shots)
    least = task.ways if task.small_groups == "skip" else 2
    usable = [arena for arena in arenas if arena.most_ways >= least]
    if not usable:
        most = max((arena.most_ways for arena in arenas), default=0)
        raise DataError(
            f"{task.ways}-way {task.shots}-shot between two makers needs {task.ways} labels"
            f"{'' if groups is None else ' of one group'} with {task.shots} items by one and an "
            f"item by the other, got {most}; ask for fewer ways or shots"
        )
    by_ways: dict[int, list[Episodes]] = defaultdict(list)
    for arena in rng.choice(np.arange(len(usable)), task.episodes):
        ways = min(task.ways, usable[arena].most_ways)
        by_ways[ways].append(usable[arena].draw(ways, task.shots, rng))
    episodes = [joined for ways in sorted(by_ways) for joined in _joined(by_ways[ways])]
    small = [arena.group for arena in arenas if arena.most_ways < task.ways]
    return TwoMakersDraw(episodes, np.array(small, np.int64))


def most_ways_of_two(
    labels: Codes, makers: Codes, shots: int = 1, groups: Codes | None = None
) -> int:
    """The largest N that the data allow between two makers.

    >>> most_ways_of_two(np.array([0, 0, 1, 1, 2]), np.array([5, 6, 5, 6, 5]))
    2
    """
    arenas = _arenas(labels, makers, groups, shots)
    return max((arena.most_ways for arena in arenas), default=0)


@final
@dataclass(frozen=True)
class _Arena:
    """One group: its items sorted by label and maker, and how many each label has of each maker."""

    group: int
    items: Indices
    start: Indices
    """(labels, makers) where their items begin in `items`."""
    size: Indices
    known: Same
    """(labels, makers) whether there are enough for the shots."""
    shared: Indices
    """(makers, makers) labels that the first can show and the second be asked for."""

    @property
    def most_ways(self) -> int:
        return int(self.shared.max(initial=0))

    def draw(self, ways: int, shots: int, rng: np.random.Generator) -> Episodes:
        """`ways` trials: one for each label, in an order of its own."""
        pairs = np.argwhere(self.shared >= ways)
        shown, asked = pairs[rng.integers(len(pairs))]
        both = np.flatnonzero(self.known[:, shown] & (self.size[:, asked] > 0))
        chosen = rng.permutation(both)[:ways]
        answer = rng.permutation(ways)
        own, other = self.start[chosen, shown], self.start[chosen, asked]
        key = rng.random((ways, int(self.size[chosen, shown].max())))
        key[np.arange(key.shape[1]) >= self.size[chosen, shown][:, None]] = np.inf
        support = self.items[own[:, None] + np.argsort(key, axis=1)[:, :shots]]
        query = self.items[other + rng.integers(self.size[chosen, asked])]
        return Episodes(
            query=query[answer],
            support=np.broadcast_to(support, (ways, ways, shots)),
            answer=answer,
        )


def _arenas(labels: Codes, makers: Codes, groups: Codes | None, shots: int) -> list[_Arena]:
    groups = np.zeros_like(labels) if groups is None else groups
    arenas = []
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        names, label = np.unique(labels[inside], return_inverse=True)
        hands, maker = np.unique(makers[inside], return_inverse=True)
        cell = label * len(hands) + maker
        size = np.bincount(cell, minlength=len(names) * len(hands)).reshape(len(names), -1)
        start = (np.cumsum(size) - size.ravel()).reshape(size.shape)
        known = size >= shots
        shared = known.T.astype(np.int64) @ (size > 0)
        np.fill_diagonal(shared, 0)
        items = inside[np.argsort(cell, kind="stable")]
        arenas.append(_Arena(int(group), items, start, size, known, shared))
    return arenas


def _joined(episodes: list[Episodes]) -> list[Episodes]:
    """Episodes of one shape, joined into batches that fit in memory."""
    step = max(1, CHUNK_FLOATS // episodes[0].support.size)
    return [
        Episodes(
            np.concatenate([one.query for one in episodes[first : first + step]]),
            np.concatenate([one.support for one in episodes[first : first + step]]),
            np.concatenate([one.answer for one in episodes[first : first + step]]),
        )
        for first in range(0, len(episodes), step)
    ]
