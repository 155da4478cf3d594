"""How the weights move, and for how long: the settings of optimiser, schedule and loop."""

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

from gemel.recipe.setting import Setting, refuse_idle

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]


def _word(value: object) -> object:
    """`--set training.precision=32` and `precision = 32` mean the word."""
    return str(value) if isinstance(value, int) else value


Precision: TypeAlias = Annotated[Literal["auto", "32", "bf16"], BeforeValidator(_word)]


class LayerSetting(Setting):
    """What one layer has of its own; what is left out is the optimiser's."""

    learning_rate: PositiveFloat | None = None
    momentum: Share | None = None
    weight_decay: NonNegativeFloat | None = None


class OptimizerSetting(Setting):
    """`layers` gives the layers of a name their own rates: `layers.conv1.momentum`.

    `momentum` is for `sgd` and `rmsprop`; from `momentum_start` it grows linearly to its value.
    `muon` takes the rates of `adamw`, and two to three times as high ones.
    """

    name: Literal["adamw", "muon", "adam", "rmsprop", "sgd"] = "adamw"
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.0
    momentum: Share = 0.0
    momentum_start: Share | None = None
    layers: dict[str, LayerSetting] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _momentum_has_an_optimizer(self) -> OptimizerSetting:
        """A setting that would be ignored is a mistake."""
        if self.name in {"sgd", "rmsprop"}:
            return self
        because = f"is for sgd and rmsprop, and optimizer.name is {self.name}"
        instead = "set optimizer.name=sgd"
        refuse_idle("optimizer", self, ["momentum", "momentum_start"], because, instead)
        for layer, own in self.layers.items():
            refuse_idle(f"optimizer.layers.{layer}", own, ["momentum"], because, instead)
        return self


class ScheduleSetting(Setting):
    """`cosine` anneals to zero over the whole training, `exponential` by `factor` per epoch."""

    name: Literal["constant", "cosine", "exponential"] = "cosine"
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.0
    factor: Annotated[float, Field(gt=0, le=1)] = 0.99

    @model_validator(mode="after")
    def _only_what_counts(self) -> ScheduleSetting:
        """A setting that would be ignored is a mistake."""
        if self.name != "exponential":
            because = f"is for an exponential schedule, and schedule.name is {self.name}"
            refuse_idle("schedule", self, ["factor"], because, "set schedule.name=exponential")
        return self


class PretrainingSetting(Setting):
    """The same network learns from other `data` first: a built-in name, a folder or a table.

    Read by the recipe's input, so of its kind, and divided as its own data are.
    """

    data: Annotated[str, Field(min_length=1)]
    epochs: PositiveInt


class TrainingSetting(Setting):
    """For how long: `epochs`, or `minutes` of wall-clock time.

    `patience` stops after so many validations without a better one, by `validation.figure`. `keep`
    says which weights a training ends with: its last ones, or the best by that figure; "auto" is
    the best where there is patience.
    `precision` and `compile` are chosen for the machine and the length of the run when "auto".
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
