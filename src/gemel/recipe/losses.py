"""The `[loss]` section: the settings of losses, one class each."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveFloat, model_validator

from gemel.recipe.setting import Setting, refuse_idle


class Contrastive(Setting):
    name: Literal["contrastive"]
    margin: PositiveFloat = 1.0
    balanced: bool = False


class BinaryCrossEntropy(Setting):
    """`offset` is the initial value of the learned offset; unused with a learned metric."""

    name: Literal["binary-cross-entropy"]
    offset: float = 1.0
    balanced: bool = False


class Exponential(Setting):
    """`bound` is the paper's Q, an upper bound on the distance."""

    name: Literal["exponential"]
    bound: PositiveFloat = 10.0
    balanced: bool = False


class Hinge(Setting):
    name: Literal["hinge"]
    margin: PositiveFloat = 1.0


class Triplet(Setting):
    name: Literal["triplet"]
    margin: PositiveFloat = 0.2
    mining: Literal["all", "hardest"] = "all"


class DistanceRatio(Setting):
    name: Literal["distance-ratio"]


class Softmax(Setting):
    name: Literal["softmax"]
    temperature: Annotated[float, Field(ge=0.01)] = 0.1
    learned: bool = True


class SquaredError(Setting):
    """`offset` as in `BinaryCrossEntropy`."""

    name: Literal["squared-error"]
    offset: float = 1.0


class PytorchMetricLearning(Setting):
    """A loss of the package pytorch-metric-learning: the name of its class, and its arguments."""

    name: Literal["pytorch-metric-learning"]
    loss: str = "MultiSimilarityLoss"
    settings: dict[str, bool | int | float | str] | None = None


class Graded(Setting):
    """Similarity as a function of distance: `exp`, `linear` or `logistic`.

    `spread` is the length scale of `exp` and `logistic`; `middle` is the distance at which
    `logistic` gives a similarity of one half.
    """

    name: Literal["graded"]
    by: Literal["exp", "linear", "logistic"] = "exp"
    middle: float = 0.0
    spread: PositiveFloat = 1.0

    @model_validator(mode="after")
    def _refuse_ignored(self) -> Graded:
        if self.by != "logistic":
            because = f"is for the logistic curve, and loss.by is {self.by}"
            refuse_idle("loss", self, ["middle"], because, "set loss.by=logistic")
        if self.by == "linear":
            because = "is for the exponential and the logistic curve, and loss.by is linear"
            refuse_idle("loss", self, ["spread"], because, "set loss.by=exp")
        return self


LossChoice: TypeAlias = Annotated[
    Contrastive
    | BinaryCrossEntropy
    | Exponential
    | Hinge
    | Graded
    | Triplet
    | DistanceRatio
    | PytorchMetricLearning
    | Softmax
    | SquaredError,
    Field(discriminator="name"),
]
