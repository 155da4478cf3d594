"""What a protocol answers: figures, and on what they were measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, final

from gemel.evaluation.figure import Figures, figures_to_json
from gemel.evaluation.pairs import PairSample
from gemel.evaluation.verification import VerificationResult

Protocol: TypeAlias = Literal["verification", "few-shot", "retrieval", "lake-runs"]


@final
@dataclass(frozen=True)
class Answer:
    """One protocol's figures. `tree` is the JSON form that scripts depend on.

    `notices` are sentences for the user about what the figures leave out.
    """

    protocol: Protocol
    data: str
    seed: int
    figures: Figures
    notices: tuple[str, ...] = ()

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
    """Verification with its evidence: the pairs (positions in the side) and their verdicts."""

    answer: Answer
    pairs: PairSample
    result: VerificationResult


def trees(answers: list[Answer]) -> Mapping[str, Any]:
    """Several protocols' answers by name, for `metrics.json`."""
    return {answer.protocol: answer.tree() for answer in answers}
