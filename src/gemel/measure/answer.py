"""The result of a protocol: its figures, and the data they were measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from gemel.arrays import Distances, Floats
from gemel.evaluation.evidence import Evidence, figures_of
from gemel.evaluation.figure import Figures, figures_to_json
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.protocol import ProtocolName


@final
@dataclass(frozen=True)
class Answer:
    """The figures of one protocol.

    `notices` are sentences for the user about what the figures leave out. `evidence` is that of the
    figures (of `accuracy` alone in few-shot), for pooling over folds.
    """

    protocol: ProtocolName
    data: str
    seed: int
    figures: Figures
    notices: tuple[str, ...] = ()
    evidence: Evidence | None = None

    def tree(self) -> dict[str, Any]:
        """The JSON form, which scripts depend on."""
        return {
            "protocol": self.protocol,
            "data": self.data,
            "seed": self.seed,
            "metrics": figures_to_json(self.figures),
        }


@final
@dataclass(frozen=True)
class Verified:
    """The n pairs of verification (positions in the test part), their distances (n,), their
    probabilities (n,), and the evidence for its figures, whose intervals take longest.
    """

    pairs: PairSample
    distance: Distances
    probability: Floats
    evidence: Evidence


def pooled(folds: Sequence[Answer]) -> Figures:
    """The figures of one question over several folds, pooled; a single fold's own figures."""
    if len(folds) == 1:
        return folds[0].figures
    evidence = [fold.evidence for fold in folds if fold.evidence is not None]
    assert len(evidence) == len(folds), "recipes ask folds only what can be pooled"
    return figures_of(evidence)


def trees(answers: list[Answer]) -> Mapping[str, Any]:
    """Answers in JSON form by protocol, for `metrics.json`."""
    return {answer.protocol: answer.tree() for answer in answers}
