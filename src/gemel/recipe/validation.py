"""What a training watches on its validation part: the figure that says which weights are best."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveInt, model_validator

from gemel.recipe.setting import Setting, refuse_idle

WatchedFigure: TypeAlias = Literal["auc", "eer", "one-shot", "sequence"]


class ValidationSetting(Setting):
    """`figure` decides when `training.patience` is over and what `training.keep = "best"` keeps.

    `one-shot` asks `trials` questions with `ways` candidates, one example of each: within a group
    where the data have groups, and between two makers where they have makers. `auc` and `eer` are
    of pairs. `sequence`, for a recipe with a memory, is the accuracy at the second item of a class.
    """

    figure: WatchedFigure = "auc"
    ways: Annotated[int, Field(ge=2)] = 20
    trials: PositiveInt = 320

    @model_validator(mode="after")
    def _only_what_counts(self) -> ValidationSetting:
        """A setting that would be ignored is a mistake."""
        if self.figure != "one-shot":
            because = f"is for one-shot questions, and validation.figure is {self.figure}"
            instead = "set validation.figure=one-shot"
            refuse_idle("validation", self, ["ways", "trials"], because, instead)
        return self

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether the figure has improved; anything is better than nothing.

        >>> ValidationSetting(figure="eer").is_better(0.1, than=0.2)
        True
        """
        if than is None:
            return True
        return value < than if self.figure == "eer" else value > than
