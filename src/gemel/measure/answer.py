"""What a protocol answers: figures, and on what they were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, final

from gemel.arrays import Distances, Floats
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.figure import Figures, figures_to_json
from gemel.evaluation.pairs import PairSample

Protocol: TypeAlias = Literal[
    "verification",
    "few-shot",
    "retrieval",
    "similarity",
    "references",
    "nearest",
    "lake-runs",
    "linear-probe",
    "sequences",
]


@final
@dataclass(frozen=True)
class Answer:
    """One protocol's figures. `tree` is the JSON form that scripts depend on.

    `notices` are sentences for the user about what the figures leave out. `evidence` is what the
    figures rest on (in few-shot, `accuracy`), where there is more to be made of it.
    """

    protocol: Protocol
    data: str
    seed: int
    figures: Figures
    notices: tuple[str, ...] = ()
    evidence: Evidence | None = None

    def tree(self) -> dict[str, Any]:
        return {
            "protocol": self.protocol,
            "data": self.data,
            "seed": self.seed,
            "metrics": figures_to_json(self.figures),
        }


@final
@dataclass(frozen=True)
class Verified:
    """Verification, its pairs (positions in the test part) and what was said of each, (n,)."""

    answer: Answer
    pairs: PairSample
    distance: Distances
    probability: Floats


def pooled(folds: Sequence[Answer]) -> Figures:
    """The figures of one question asked on each of several folds; of one fold, its own."""
    if len(folds) == 1:
        return folds[0].figures
    evidence = [fold.evidence for fold in folds if fold.evidence is not None]
    assert len(evidence) == len(folds), "recipes ask folds only what can be pooled"
    return figures_of(evidence)


def trees(answers: list[Answer]) -> Mapping[str, Any]:
    """Several protocols' answers by name, for `metrics.json`."""
    return {answer.protocol: answer.tree() for answer in answers}
