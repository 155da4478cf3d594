"""Retrieval: do the nearest neighbours of a query have its label?

All items but the query are candidates, and ties are pessimistic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from gemel.arrays import Codes, Indices, slices
from gemel.errors import DataError
from gemel.evaluation.across import TwoSides
from gemel.evaluation.comparer import CHUNK_FLOATS, Comparer
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.ranked import Ranking, Score, ranked_evidence
from gemel.functional.ranking import average_precision_at_r, recall_at

DEPTHS = (1, 5)


@final
@dataclass(frozen=True)
class RetrievalTask:
    """The most queries; more are sampled uniformly."""

    most_queries: int = 2_000
    seed: int = 0

    def sample(self, queries: Indices) -> Indices:
        if len(queries) <= self.most_queries:
            return queries
        rng = np.random.default_rng(self.seed)
        return np.sort(rng.choice(queries, self.most_queries, replace=False))


def retrieval(
    comparer: Comparer,
    labels: Codes,
    task: RetrievalTask = RetrievalTask(),
    sides: TwoSides | None = None,
) -> Evidence:
    """Evidence for `recall@1`, `recall@5` and `map@r`, of queries with a partner of their label.

    There is no `recall@5` where fewer than five candidates are of other labels, since it could then
    be 100 % for any ranking. With `sides` queries are left items and candidates right items. Raises
    DataError where no item has another of its label.
    """
    items = np.arange(len(labels))
    left, right = (items, items) if sides is None else (sides.left, sides.right)
    query = _queries(labels, left, right, task)
    largest = int(np.unique(labels[right], return_counts=True)[1].max())
    depths = depths_among(len(right) - largest, DEPTHS)
    scores: dict[str, Score] = {f"recall@{depth}": partial(recall_at, k=depth) for depth in depths}
    scores["map@r"] = average_precision_at_r
    return ranked_evidence(
        _rankings(comparer, labels, query, right), labels[query], scores, depths[-1]
    )


def _queries(labels: Codes, left: Indices, right: Indices, task: RetrievalTask) -> Indices:
    sizes = np.bincount(labels[right], minlength=int(labels.max(initial=-1)) + 1)
    relevant = sizes[labels[left]] - np.isin(left, right)
    queries = left[relevant > 0]
    if len(queries) == 0:
        raise DataError(
            "retrieval looks for another item of the same label, and none of "
            f"{len(left):,} items has one: add items to some of the labels"
        )
    return task.sample(queries)


def _rankings(
    comparer: Comparer, labels: Codes, query: Indices, among: Indices
) -> Iterator[Ranking]:
    """The ranking of the candidates `among` for each query."""
    candidates = labels[among]
    for chunk in slices(len(query), max(1, CHUNK_FLOATS // len(among))):
        asked = query[chunk]
        for item, row in zip(asked.tolist(), comparer.cross(asked, among), strict=True):
            others = among != item
            of = candidates[others]
            yield row[others], of == labels[item], of


def depths_among(strangers: int, depths: Sequence[int]) -> list[int]:
    """1, and the depths up to the number of irrelevant candidates; a deeper recall is trivial.

    >>> depths_among(5, (1, 5, 10))
    [1, 5]
    """
    return [depth for depth in depths if depth == 1 or depth <= strangers]
