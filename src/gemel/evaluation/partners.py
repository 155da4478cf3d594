"""Partner retrieval: given one item of a matching pair, is the other one found among all items?

Every matching pair gives two queries, one from either end, and the candidates are all other items.
Where each side has an encoder or items of its own, queries are left items alone and candidates are
the right items of all pairs. Ties count as wrong, so that a network with constant output scores 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from gemel.arrays import Indices, Same, slices
from gemel.errors import DataError
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.ranked import Ranking, Score, ranked_evidence
from gemel.evaluation.retrieval import RetrievalTask, depths_among
from gemel.functional.components import components
from gemel.functional.ranking import recall_at

DEPTHS = (1, 5, 10)
AT_ONCE = 64


def partner_retrieval(
    comparer: Comparer,
    pairs: PairSample,
    items: int,
    task: RetrievalTask = RetrievalTask(),
    one_way: bool = False,
) -> Evidence:
    """Evidence for `recall@1`, `recall@5` and `recall@10`, the deeper ones given enough candidates.

    `items` is the number of items; with `one_way` queries are left items alone.

    A query with several partners succeeds if any of them is ranked high enough. Candidates that are
    connected to the query only through other matching pairs are left out of the ranking. Raises
    DataError where no pair matches.
    """
    left, right = _matching(pairs)
    among = np.unique(pairs.right) if one_way else np.arange(items)
    source, target = left, right
    if not one_way:
        source, target = np.concatenate([left, right]), np.concatenate([right, left])
    queries = task.sample(np.unique(source))
    unit = components(items, left, right)
    candidates = unit[among]
    largest_unit = int(np.unique(candidates, return_counts=True)[1].max())
    depths = depths_among(len(among) - largest_unit, DEPTHS)
    scores: dict[str, Score] = {f"recall@{depth}": partial(recall_at, k=depth) for depth in depths}

    def rankings() -> Iterator[Ranking]:
        for chunk in slices(len(queries), AT_ONCE):
            query = queries[chunk]
            partner = _partners(query, among, source, target)
            counted = (unit[query][:, None] != candidates) | partner
            for distance, own, kept in zip(
                comparer.cross(query, among), partner, counted, strict=True
            ):
                yield distance[kept], own[kept], candidates[kept]

    return ranked_evidence(rankings(), unit[queries], scores, depths[-1])


def _matching(pairs: PairSample) -> tuple[Indices, Indices]:
    """The left and the right items of the matching pairs of two different items."""
    matching = pairs.same & (pairs.left != pairs.right)
    if not matching.any():
        raise DataError(
            "partner retrieval needs matching pairs of two different items, got none: add some"
        )
    return pairs.left[matching], pairs.right[matching]


def _partners(query: Indices, among: Indices, source: Indices, target: Indices) -> Same:
    """(q, m) whether candidate among[j] is a partner of query[i]: some target[k] of source[k]."""
    asked = np.isin(source, query)
    partner = np.zeros((len(query), len(among)), np.bool_)
    row, column = np.searchsorted(query, source[asked]), np.searchsorted(among, target[asked])
    partner[row, column] = True
    return partner
