"""N-way K-shot classification: which of N labels does a query have, given K examples of each?

The answer is the label with the least mean distance to its examples (Koch, Lake). A matcher with a
reader (prototypes, attention, …) aggregates the examples in its own way. Ways are in random order,
a tie counts as wrong, and a query is never among its examples, so a network with constant output
scores 0, not 1/N or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.units import side_by_side
from gemel.functional.ranking import right_is_nearest

Read: TypeAlias = Callable[[Episodes], Distances | Floats]
"""Maps t trials to the distance (t, ways) of each query to each of its ways."""


def score_episodes(
    comparer: Comparer,
    labels: Codes,
    drawn: Iterable[Episodes],
    read: Read | None = None,
    groups: Codes | None = None,
) -> Evidence:
    """Evidence for `accuracy`, the share of trials with the right answer.

    `labels` (n,) are those of all items, `groups` (n,) their groups if each trial lies within one.
    `read` gives the distances to the ways, by default the mean distance to their examples.
    """
    right: list[Same] = []
    queries: list[Indices] = []
    among: list[Codes] = []
    for episodes in drawn:
        right.append(answer_episodes(comparer, episodes, read))
        queries.append(episodes.query)
        among.append(labels[episodes.support[..., 0]])
    scores = {"accuracy": np.concatenate(right).astype(np.float64)}
    query = np.concatenate(queries)
    if groups is None:
        return Evidence.of_scores(scores, labels[query], among=side_by_side(among), hits=True)
    return Evidence.of_scores(scores, labels[query], groups=groups[query], hits=True)


def answer_episodes(comparer: Comparer, episodes: Episodes, read: Read | None = None) -> Same:
    """(t,) whether the right label is strictly nearer than every other, by `read` or else by mean
    distance.
    """
    return right_is_nearest(distances_to_ways(comparer, episodes, read), episodes.answer)


def distances_to_ways(
    comparer: Comparer, episodes: Episodes, read: Read | None = None
) -> Distances | Floats:
    """(t, ways) the distance of each query to each of its ways, by `read` or else the mean one."""
    return mean_distances(comparer, episodes) if read is None else read(episodes)


def mean_distances(comparer: Comparer, episodes: Episodes) -> Floats:
    """(t, ways) the mean distance of each query to the examples of each way."""
    query = np.broadcast_to(episodes.query[:, None, None], episodes.support.shape)
    distance = comparer.pairs(query.reshape(-1), episodes.support.reshape(-1))
    mean: Floats = distance.reshape(episodes.support.shape).mean(axis=2, dtype=np.float64)
    return mean
