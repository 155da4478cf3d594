"""Retrieval of the partner: of a matching pair, is the right item found among all by the left one?

Every matching pair is asked twice, once from either end, and the candidates are all other items.
Where each side has an encoder of its own, or items of its own, pairs are asked from their left end
alone and the candidates are the right ends of all pairs. Ties count as wrong, so that a matcher
which says the same of everything finds nothing.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Indices, Same
from gemel.errors import DataError
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.retrieval import RetrievalTask, depths_among

DEPTHS = (1, 5, 10)
AT_ONCE = 64


def partner_retrieval(
    comparer: Comparer,
    pairs: PairSample,
    items: int,
    task: RetrievalTask = RetrievalTask(),
    one_way: bool = False,
) -> Evidence:
    """What `recall@1`, `recall@5` and `recall@10` among all candidates rest on, as far as strangers
    fill them.

    `items` is how many items there are; `one_way` asks left items for right ones alone.

    An item with several partners has found one if any of them is near enough; what is joined to it
    only by way of others (a unit is what matching pairs join) is left out of the ranking. Raises
    DataError where no pair matches.
    """
    matching = pairs.same & (pairs.left != pairs.right)
    left, right = pairs.left[matching], pairs.right[matching]
    if not len(left):
        raise DataError(
            "retrieval of partners needs matching pairs of two items, and there is none: add some"
        )
    among = np.unique(pairs.right) if one_way else np.arange(items)
    ways = [(left, right)] if one_way else [(left, right), (right, left)]
    asking, asked = (np.concatenate(ends) for ends in zip(*ways, strict=True))
    queries = np.unique(asking)
    if len(queries) > task.most_queries:
        rng = np.random.default_rng(task.seed)
        queries = np.sort(rng.choice(queries, task.most_queries, replace=False))
    unit = np.arange(items) - items  # an item that is in no pair is joined to no other
    unit[np.concatenate([pairs.left, pairs.right])] = np.concatenate(
        [pairs.left_unit, pairs.right_unit]
    )

    def ranks_of(chunk: Indices) -> Indices:
        partner = np.zeros((len(chunk), len(among)), np.bool_)
        row = np.minimum(np.searchsorted(chunk, asking), len(chunk) - 1)
        here = chunk[row] == asking
        partner[row[here], np.searchsorted(among, asked[here])] = True
        joined = (unit[chunk][:, None] == unit[among]) & ~partner
        return _ranks(comparer, chunk, among, partner, joined)

    starts = range(0, len(queries), AT_ONCE)
    ranks = np.concatenate([ranks_of(queries[start : start + AT_ONCE]) for start in starts])
    own = np.unique(unit[among], return_counts=True)[1]
    scores = {
        f"recall@{depth}": (ranks < depth).astype(np.float64)
        for depth in depths_among(len(among) - int(own.max()), DEPTHS)
    }
    return Evidence.of_scores(scores, unit[queries])


def _ranks(
    comparer: Comparer, queries: Indices, among: Indices, partner: Same, joined: Same
) -> Indices:
    """(q,) how many candidates are as near as the nearest partner, (q, c) `joined` ones aside."""
    distance = comparer.cross(queries, among).astype(np.float64)
    distance[joined] = np.inf
    nearest = np.where(partner, distance, np.inf).min(1)
    ranks: Indices = ((distance <= nearest[:, None]) & ~partner & ~joined).sum(1)
    return ranks
