"""Evidence of rankings, in which a label makes a difference as a query and as a candidate.

A query's score depends on its own label and on the labels of the candidates before its partners: a
label that is near many queries spoils all of them. With the labels l drawn c_l times,

    figure = weighted mean over queries of their scores  -  sum over labels (c_l / mean c - 1) · g_l

where g_l is how much higher the mean score were without the candidates of label l: the first-order
terms of W. Hoeffding, "A class of statistics with asymptotically normal distribution", Ann. Math.
Stat. 19, 1948, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.intervals import Basis
from gemel.functional.probability import weighted_mean
from gemel.functional.ranking import relevant_ranks_without

Ranking: TypeAlias = tuple[Distances, Same, Codes]
"""Of one query, the distances (m,) of its candidates, which of them are relevant, and their labels.
"""

Score: TypeAlias = Callable[[Indices], Floats]
"""Maps the ranks (…, R) of the relevant candidates to scores (…)."""


def ranked_evidence(
    rankings: Iterable[Ranking], labels: Codes, scores: Mapping[str, Score], depth: int
) -> Evidence:
    """Evidence for the mean of each score over queries of the `labels` (q,).

    No score changes where the first `depth` ranks, or the first R if there are R relevant
    candidates and these are more, stay as they are.
    """
    of_query: dict[str, list[float]] = {name: [] for name in scores}
    gains: dict[int, Floats] = {}
    for distance, relevant, of in rankings:
        ranks, left_out, without = relevant_ranks_without(distance, relevant, of, depth)
        own = {name: float(score(ranks)) for name, score in scores.items()}
        gained = np.stack([score(without) - own[name] for name, score in scores.items()], axis=1)
        for label, gain in zip(left_out.tolist(), gained, strict=True):
            gains[label] = gains.get(label, 0.0) + gain
        for name, score in own.items():
            of_query[name].append(score)
    return _evidence({name: np.array(each) for name, each in of_query.items()}, labels, gains)


def _evidence(scores: Mapping[str, Floats], labels: Codes, gains: Mapping[int, Floats]) -> Evidence:
    """`gains` are the sums over queries of what each score gains without a candidate label."""
    queries = len(labels)
    candidates = np.array(sorted({*labels.tolist(), *gains}))
    nothing = np.zeros(len(scores))
    gain = np.stack([gains.get(label, nothing) for label in candidates.tolist()], axis=1) / queries

    def figures(weights: Floats) -> dict[str, float]:
        asked, offered = weights[:queries], weights[queries:]
        more = offered / max(offered.mean(), 1e-300) - 1
        lost = (gain * more).sum(axis=1)  # without BLAS, as `weighted_sum`
        named = zip(scores.items(), lost.tolist(), strict=True)
        return {name: weighted_mean(each, asked) - loss for (name, each), loss in named}

    units = np.concatenate([labels, candidates])
    trials = np.arange(len(units)) < queries
    padded = {name: np.append(each, np.ones(len(candidates))) for name, each in scores.items()}
    basis = Basis({"trials": trials}, dict.fromkeys(scores, ("trials",)))
    return Evidence(figures, units, units, basis, hits=padded)
