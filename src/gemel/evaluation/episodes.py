"""Episodes of N-way K-shot classification: a query, and K examples of each of N labels.

Ways are in random order, and a query is never among its examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.errors import DataError, RecipeError
from gemel.evaluation.comparer import CHUNK_FLOATS
from gemel.functional.grouping import Grouped


@final
@dataclass(frozen=True)
class FewShotTask:
    """N-way K-shot classification, repeated `trials` times."""

    ways: int
    shots: int = 1
    trials: int = 10_000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.ways < 2 or self.shots < 1 or self.trials < 1:
            raise RecipeError(
                "few-shot needs at least 2 ways, 1 shot and 1 trial, got "
                f"{self.ways} ways, {self.shots} shots and {self.trials} trials"
            )


@final
@dataclass(frozen=True)
class Episodes:
    """t trials, as positions of items: `query` (t,), `support` (t, ways, shots), and `answer` (t,),
    which way is right.
    """

    query: Indices
    support: Indices
    answer: Indices


def draw_episodes(labels: Codes, task: FewShotTask, groups: Codes | None = None) -> list[Episodes]:
    """Draw all trials of a task, in batches that fit in memory.

    Each trial draws a group uniformly among those with N labels or more, then N of its labels and
    K + 1 items of each, without replacement, then the label of the query. Raises DataError where no
    group is large enough.
    """
    rng = np.random.default_rng(task.seed)
    drawable = _drawable(labels, task.shots, groups)
    table = _label_table(drawable, task)
    by_label = Grouped.of(labels, np.arange(len(labels)))
    batch = max(1, CHUNK_FLOATS // max(table.shape[1], task.ways * (task.shots + 1)))
    episodes = []
    for first in range(0, task.trials, batch):
        count = min(batch, task.trials - first)
        ways = _draw_labels(table, count, task.ways, rng)
        rank = _draw_ranks(by_label.size[ways], task.shots + 1, rng)
        items = by_label.items[by_label.start[ways][..., None] + rank]
        answer = rng.integers(task.ways, size=count)
        query = items[np.arange(count), answer, task.shots]
        episodes.append(Episodes(query, items[..., : task.shots], answer))
    return episodes


def most_ways(labels: Codes, shots: int = 1, groups: Codes | None = None) -> int:
    """The largest N that the data allow: the most labels with `shots` + 1 items in any one group.

    >>> most_ways(np.array([0, 0, 1, 1, 1, 2]), shots=1), most_ways(np.array([0, 0]), shots=2)
    (2, 0)
    """
    return max((len(of_group) for of_group in _drawable(labels, shots, groups)), default=0)


def groups_below(labels: Codes, ways: int, shots: int, groups: Codes) -> Codes:
    """The groups (codes) too small for N-way K-shot: fewer than N labels have K + 1 items.

    >>> groups_below(np.array([0, 0, 1, 1, 2, 2]), 2, 1, groups=np.array([7, 7, 7, 7, 8, 8]))
    array([8])
    """
    _, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    every, of_label = np.unique(groups[first], return_inverse=True)
    enough = np.bincount(of_label[sizes > shots], minlength=len(every))
    return every[enough < ways]


def _drawable(labels: Codes, shots: int, groups: Codes | None) -> list[Codes]:
    """For each group its labels with `shots` + 1 items, as ranks among the labels that occur."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    large = sizes > shots
    group = np.zeros(len(names), np.int64) if groups is None else groups[first]
    return [np.flatnonzero(large & (group == one)) for one in np.unique(group[large])]


def _label_table(drawable: list[Codes], task: FewShotTask) -> Codes:
    """(groups, labels) the labels of each group with N or more, padded with -1."""
    wide = [of_group for of_group in drawable if len(of_group) >= task.ways]
    if not wide:
        most = max((len(of_group) for of_group in drawable), default=0)
        raise DataError(
            f"{task.ways}-way {task.shots}-shot needs {task.ways} labels with {task.shots + 1} "
            f"items each{' in one group' if len(drawable) > 1 else ''}, got {most}; "
            "ask for fewer ways or shots, or add items"
        )
    table = np.full((len(wide), max(map(len, wide))), -1, np.int64)
    for row, of_group in zip(table, wide, strict=True):
        row[: len(of_group)] = of_group
    return table


def _draw_labels(table: Codes, count: int, ways: int, rng: np.random.Generator) -> Codes:
    """(count, ways) labels of one group each, in random order."""
    rows = table[rng.integers(len(table), size=count)]
    key = rng.random(rows.shape, np.float32)
    key[rows < 0] = np.inf
    chosen = np.argpartition(key, ways - 1, axis=1)[:, :ways]
    shuffled = rng.permuted(chosen, axis=1)
    return np.take_along_axis(rows, shuffled, axis=1)


def _draw_ranks(size: Indices, draws: int, rng: np.random.Generator) -> Indices:
    """(..., draws) numbers below each `size` (...), uniform without replacement."""
    ranks = np.empty((*size.shape, draws), np.int64)
    for draw in range(draws):
        rank = rng.integers(size - draw)
        # Skip the numbers already taken, in ascending order.
        for taken in np.moveaxis(np.sort(ranks[..., :draw], axis=-1), -1, 0):
            rank += rank >= taken
        ranks[..., draw] = rank
    return ranks
