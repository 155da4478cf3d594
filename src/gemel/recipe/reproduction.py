"""The `[reproduction]` section: the data, the figures to measure, and the published values.

Each entry of `[[reproduction.rows]]` becomes a row of the results: a figure of a protocol with a
description, the published value and its source.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, model_validator

from gemel.recipe.rows import RowChoice
from gemel.recipe.setting import Setting


class ReproductionSetting(Setting):
    """How to reproduce published figures, and at what cost.

    `data` is a built-in name, left out where users name a folder of their own. `minutes` is the
    duration of one training on two cores, or on a GPU where `machine` asks for one; `instead` then
    names a recipe that two cores can train.
    """

    data: str | None = None
    machine: Literal["cpu", "gpu"] = "cpu"
    minutes: PositiveFloat
    instead: str | None = None
    rows: Annotated[tuple[RowChoice, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _gpu_has_an_alternative(self) -> ReproductionSetting:
        if self.machine == "gpu" and self.instead is None:
            raise ValueError(
                "a reproduction that needs a GPU must name a recipe that two cores can train: set "
                "reproduction.instead"
            )
        return self

    @model_validator(mode="after")
    def _descriptions_are_unique(self) -> ReproductionSetting:
        descriptions = [row.what for row in self.rows]
        twice = next((what for what in descriptions if descriptions.count(what) > 1), None)
        if twice is not None:
            raise ValueError(
                f"every row of a reproduction needs a description of its own, and {twice!r} "
                "occurs twice: change one reproduction.rows.what"
            )
        return self
