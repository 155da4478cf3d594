"""The `[validation]` section: the figure that training watches on the validation part."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveInt, model_validator

from gemel.recipe.setting import Setting, refuse_idle

WatchedFigure: TypeAlias = Literal["auc", "eer", "one-shot", "sequence"]


class ValidationSetting(Setting):
    """`figure` is what `training.patience` and `training.keep = "best"` go by.

    `auc` and `eer` are measured on pairs. `one-shot` is the accuracy over `trials` of `ways`
    candidates with one example each, within a group where the data have groups, and between two
    makers where they have makers; a reader answers them as in few-shot, and a memory does not.
    `sequence`, for recipes with a memory, is the accuracy at the second item of a class.
    """

    figure: WatchedFigure = "auc"
    ways: Annotated[int, Field(ge=2)] = 20
    trials: PositiveInt = 320

    @model_validator(mode="after")
    def _refuse_ignored(self) -> ValidationSetting:
        if self.figure != "one-shot":
            because = f"is for one-shot questions, and validation.figure is {self.figure}"
            instead = "set validation.figure=one-shot"
            refuse_idle("validation", self, ["ways", "trials"], because, instead)
        return self

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether `value` improves on `than`; any value improves on None.

        >>> ValidationSetting(figure="eer").is_better(0.1, than=0.2)
        True
        """
        if than is None:
            return True
        return value < than if self.figure == "eer" else value > than
