"""Lake's one-shot runs: 20 runs, each with 20 drawings to classify from one example of each class.

B. Lake, R. Salakhutdinov & J. Tenenbaum, "Human-level concept learning through probabilistic
program induction", Science 350, 2015. The nearest example is the answer, by distance or by
a reader, and a tie counts as wrong.
Each item is classified independently. The items of a run map one-to-one to the examples, though:
what an answer to all of them together gains by that is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import final

import numpy as np

from gemel.arrays import Codes, Distances, Floats, Indices, Same
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.few_shot import Read, distances_to_ways
from gemel.functional.ranking import right_is_nearest
from gemel.progress import Progress, Silent

ASSIGNED = "accuracy@assigned"
"""The name of the transductive figure: all items of a run are answered together."""

TIE = 1e-9
"""How much farther, relative to the largest distance, the right example is for an assignment."""


@final
@dataclass(frozen=True)
class LakeRun:
    """Positions of the items to classify, `test` (t,), and of the examples, `training` (c,).

    `answer` (t,) is the index of the right example.
    """

    test: Indices
    training: Indices
    answer: Indices


def lake_runs(
    comparer: Comparer,
    runs: Sequence[LakeRun],
    read: Read | None = None,
    progress: Progress = Silent(),
) -> Evidence:
    """Evidence for `accuracy` over all items of all runs, and for `accuracy@assigned` with scipy.

    `read` gives the distances to the examples, by default those of `comparer`. The interval
    resamples whole runs, since the trials of a run share an alphabet and examples; where the
    mistakes are in few runs, it is at least Wilson's.
    """
    distances = []
    with progress.stage("answering runs", len(runs)) as stage:
        for run in runs:
            distances.append(distances_to_ways(comparer, _episodes(run), read))
            stage.advance(len(distances))
    answers = [run.answer for run in runs]
    judges: dict[str, Callable[[Distances | Floats, Codes], Same]] = {"accuracy": right_is_nearest}
    if find_spec("scipy"):
        judges[ASSIGNED] = right_is_assigned
    scores = {
        name: np.concatenate(list(map(right, distances, answers))).astype(np.float64)
        for name, right in judges.items()
    }
    run_of = np.repeat(np.arange(len(runs)), [len(of_run) for of_run in distances])
    return Evidence.of_scores(scores, run_of, hits=True)


def right_is_assigned(distances: Distances | Floats, answer: Codes) -> Same:
    """(t,) whether items get the right one of their (t, c) `distances`, if no two get the same.

    The items are assigned so that the sum of distances is least; of equal sums, the one with the
    fewest right answers counts. Needs scipy.

    >>> right_is_assigned(np.array([[1.0, 9.0], [2.0, 3.0]]), np.array([0, 1])).tolist()
    [True, True]
    """
    from scipy.optimize import linear_sum_assignment

    cost = distances.astype(np.float64)
    cost[np.arange(len(cost)), answer] += TIE * (float(np.abs(cost).max()) or 1.0)
    items, examples = linear_sum_assignment(cost)
    right = np.zeros(len(cost), np.bool_)
    right[items] = examples == answer[items]
    return right


def _episodes(run: LakeRun) -> Episodes:
    support = np.broadcast_to(run.training[None, :, None], (len(run.test), len(run.training), 1))
    return Episodes(run.test, support, run.answer)
