"""The settings of optimiser, learning-rate schedule, pretraining and training length."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from gemel.recipe.setting import Setting, Share, refuse_idle


def _as_text(value: object) -> object:
    """Accept the number in `precision = 32` and `--set training.precision=32`."""
    return str(value) if isinstance(value, int) else value


Precision: TypeAlias = Annotated[Literal["auto", "32", "bf16"], BeforeValidator(_as_text)]


class LayerSetting(Setting):
    """Settings of one layer; the optimiser's hold where they are left out."""

    learning_rate: PositiveFloat | None = None
    momentum: Share | None = None
    weight_decay: NonNegativeFloat | None = None


class OptimizerSetting(Setting):
    """The optimiser.

    `momentum` is for `sgd` and `rmsprop`; it grows linearly from `momentum_start`, if that is set.
    `muon` works at the learning rates of `adamw` and at two to three times as much. `layers` has
    settings of single layers, by name, as in `layers.conv1.momentum`.
    """

    name: Literal["adamw", "muon", "adam", "rmsprop", "sgd"] = "adamw"
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.0
    momentum: Share = 0.0
    momentum_start: Share | None = None
    layers: dict[str, LayerSetting] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _refuse_ignored(self) -> OptimizerSetting:
        if self.name in {"sgd", "rmsprop"}:
            return self
        because = f"is for sgd and rmsprop, and optimizer.name is {self.name}"
        instead = "set optimizer.name=sgd"
        refuse_idle("optimizer", self, ["momentum", "momentum_start"], because, instead)
        for layer, own in self.layers.items():
            refuse_idle(f"optimizer.layers.{layer}", own, ["momentum"], because, instead)
        return self


class ScheduleSetting(Setting):
    """`cosine` anneals to zero over the whole training, `exponential` by `factor` per epoch.

    `warmup` is a share of the training.
    """

    name: Literal["constant", "cosine", "exponential"] = "cosine"
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.0
    factor: Annotated[float, Field(gt=0, le=1)] = 0.99

    @model_validator(mode="after")
    def _refuse_ignored(self) -> ScheduleSetting:
        if self.name != "exponential":
            because = f"is for an exponential schedule, and schedule.name is {self.name}"
            refuse_idle("schedule", self, ["factor"], because, "set schedule.name=exponential")
        return self


class PretrainingSetting(Setting):
    """Train the network on other `data` first: a built-in name, a folder or a table.

    They are read by the recipe's input, so must be of its kind, and split in the same way.
    """

    data: Annotated[str, Field(min_length=1)]
    epochs: PositiveInt


class TrainingSetting(Setting):
    """How long to train: `epochs`, or `minutes` of wall-clock time.

    `patience` stops after so many validations without an improvement of `validation.figure`. `keep`
    selects the final weights: the last, or the best by that figure; "auto" is the best if there is
    a patience. `precision` and `compile` are chosen for the machine and the length of the run when
    "auto".
    """

    epochs: PositiveInt | None = None
    minutes: PositiveFloat | None = None
    patience: PositiveInt | None = None
    keep: Literal["auto", "last", "best"] = "auto"
    precision: Precision = "auto"
    compile: Literal["auto"] | bool = "auto"

    @model_validator(mode="after")
    def _one_length(self) -> TrainingSetting:
        if (self.epochs is None) == (self.minutes is None):
            raise ValueError(
                "training needs either epochs or minutes, and not both: "
                f"got epochs={self.epochs}, minutes={self.minutes}"
            )
        return self

    @property
    def keeps_best(self) -> bool:
        return self.keep == "best" or (self.keep == "auto" and self.patience is not None)
