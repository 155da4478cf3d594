"""The `[calibration]` section: the default threshold, and how distances become probabilities."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from gemel.calibration import Method, parse_target
from gemel.recipe.setting import Setting


class CalibrationSetting(Setting):
    """`target` defines the default threshold: `eer`, `far=0.01` or `cost=10:1`.

    `prior` is the share of all pairs that are the same.
    """

    target: str = "eer"
    method: Method = "auto"
    prior: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _known_target(self) -> CalibrationSetting:
        parse_target(self.target, self.prior)
        return self
