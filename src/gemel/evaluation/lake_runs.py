"""Lake's one-shot runs: 20 runs, in each 20 drawings to recognise from one example of each class.

B. Lake, R. Salakhutdinov & J. Tenenbaum, "Human-level concept learning through probabilistic
program induction", Science 350, 2015. The nearest example is the answer and a tie is wrong; each
item is answered by itself, though in a run the items map one-to-one onto the examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gemel.arrays import Indices
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import Evidence
from gemel.evaluation.few_shot import Episodes, answer_episodes


@final
@dataclass(frozen=True)
class LakeRun:
    """Positions of the items to recognise (t,) and of the examples (c,).

    `answer` (t,) says which of the examples is right, counted from 0.
    """

    test: Indices
    training: Indices
    answer: Indices


def lake_runs(comparer: Comparer, runs: Sequence[LakeRun]) -> Evidence:
    """What the share of all items recognised rests on; its interval draws whole runs again, since
    the trials of one share their alphabet and their examples."""
    right = [answer_episodes(comparer, _episodes(run)).astype(np.float64) for run in runs]
    number = np.repeat(np.arange(len(runs)), [len(each) for each in right])
    return Evidence.of_scores({"accuracy": np.concatenate(right)}, number)


def _episodes(run: LakeRun) -> Episodes:
    support = np.broadcast_to(run.training[None, :, None], (len(run.test), len(run.training), 1))
    return Episodes(run.test, support, run.answer)
