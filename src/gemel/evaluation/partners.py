"""Partner retrieval: given one item of a matching pair, is the other one found among all items?

Every matching pair gives two queries, one from either end, and the candidates are all other items.
Where each side has an encoder or items of its own, queries are left items alone and candidates are
the right items of all pairs. Ties count as wrong, so that a network with constant output scores 0.
"""

from __future__ import annotations

import numpy as np

from gemel.arrays import Indices, Same
from gemel.errors import DataError
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import Evidence, hit_rates_of_few
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
    """Evidence for `recall@1`, `recall@5` and `recall@10`, the deeper ones given enough candidates.

    `items` is the number of items; with `one_way` queries are left items alone.

    A query with several partners succeeds if any of them is ranked high enough. Candidates that are
    connected to the query only through other matching pairs are left out of the ranking. Raises
    DataError where no pair matches.
    """
    matching = pairs.same & (pairs.left != pairs.right)
    left, right = pairs.left[matching], pairs.right[matching]
    if not len(left):
        raise DataError(
            "partner retrieval needs matching pairs of two different items, got none: add some"
        )
    among = np.unique(pairs.right) if one_way else np.arange(items)
    directions = [(left, right)] if one_way else [(left, right), (right, left)]
    source, target = (np.concatenate(ends) for ends in zip(*directions, strict=True))
    queries = np.unique(source)
    if len(queries) > task.most_queries:
        rng = np.random.default_rng(task.seed)
        queries = np.sort(rng.choice(queries, task.most_queries, replace=False))
    unit = np.arange(items) - items  # negative, so unique, for an item that is in no pair
    unit[np.concatenate([pairs.left, pairs.right])] = np.concatenate(
        [pairs.left_unit, pairs.right_unit]
    )

    def ranks_of(chunk: Indices) -> Indices:
        partner = np.zeros((len(chunk), len(among)), np.bool_)
        row = np.minimum(np.searchsorted(chunk, source), len(chunk) - 1)
        here = chunk[row] == source
        partner[row[here], np.searchsorted(among, target[here])] = True
        ignored = (unit[chunk][:, None] == unit[among]) & ~partner
        return _ranks(comparer, chunk, among, partner, ignored)

    starts = range(0, len(queries), AT_ONCE)
    ranks = np.concatenate([ranks_of(queries[start : start + AT_ONCE]) for start in starts])
    unit_sizes = np.unique(unit[among], return_counts=True)[1]
    scores = {
        f"recall@{depth}": (ranks < depth).astype(np.float64)
        for depth in depths_among(len(among) - int(unit_sizes.max()), DEPTHS)
    }
    few = hit_rates_of_few(scores, unit[queries])
    return Evidence.of_scores(scores, unit[queries], shares=few)


def _ranks(
    comparer: Comparer, queries: Indices, among: Indices, partner: Same, ignored: Same
) -> Indices:
    """(q,) how many other candidates are at most as far as the nearest partner.

    `partner` and `ignored` are (q, candidates).
    """
    distance = comparer.cross(queries, among).astype(np.float64)
    nearest = np.where(partner, distance, np.inf).min(1)
    ranks: Indices = ((distance <= nearest[:, None]) & ~partner & ~ignored).sum(1)
    return ranks
