"""Lake's one-shot runs: 20 runs, each with 20 drawings to classify from one example of each class.

B. Lake, R. Salakhutdinov & J. Tenenbaum, "Human-level concept learning through probabilistic
program induction", Science 350, 2015. The nearest example is the answer, by distance or by
a reader, and a tie counts as wrong.
Each item is classified independently, although the items of a run map one-to-one to the examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Indices
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.few_shot import Read, answer_episodes


@final
@dataclass(frozen=True)
class LakeRun:
    """Positions of the items to classify, `test` (t,), and of the examples, `training` (c,).

    `answer` (t,) is the index of the right example.
    """

    test: Indices
    training: Indices
    answer: Indices


def lake_runs(comparer: Comparer, runs: Sequence[LakeRun], read: Read | None = None) -> Evidence:
    """Evidence for `accuracy` over all items of all runs.

    `read` gives the distances to the examples, by default those of `comparer`. The interval
    resamples whole runs, since the trials of a run share an alphabet and examples; where the
    mistakes are in few runs, it is at least Wilson's.
    """
    trials = map(_episodes, runs)
    right = [answer_episodes(comparer, each, read).astype(np.float64) for each in trials]
    run_of = np.repeat(np.arange(len(runs)), [len(each) for each in right])
    scores = {"accuracy": np.concatenate(right)}
    return Evidence.of_scores(scores, run_of, hits=True)


def _episodes(run: LakeRun) -> Episodes:
    support = np.broadcast_to(run.training[None, :, None], (len(run.test), len(run.training), 1))
    return Episodes(run.test, support, run.answer)
