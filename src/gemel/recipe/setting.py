"""What every part of a recipe is: frozen, complete, and closed to keys that do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

LARGEST = {int: 2**53, float: 1e30}
"""Beyond it a count is a slip, and a number none that float32 holds."""


class Setting(BaseModel):
    """Checked when made, and never changed after. No number is infinite, or beyond what a network
    could be made of."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False
    )

    @model_validator(mode="after")
    def _no_number_is_absurd(self) -> Self:
        for name in type(self).model_fields:
            value = getattr(self, name)
            for each in value if isinstance(value, tuple) else (value,):
                most = LARGEST.get(type(each))
                if most is not None and abs(each) > most:
                    raise ValueError(f"{name} is at most {most:.0e}, got {str(each)[:40]}")
        return self


def refuse_idle(
    section: str, setting: BaseModel, keys: Sequence[str], because: str, instead: str
) -> None:
    """Raises ValueError where a setting that does nothing beside the others is not its default.

    What is spelled out as the default passes, as a run's own recipe has it. `because` says what
    such a setting is for, and `instead` what else may be done.
    """
    for key in keys:
        field = type(setting).model_fields[key]
        if getattr(setting, key) != field.get_default(call_default_factory=True):
            raise ValueError(
                f"{section}.{key} {because}: leave it out (--set {section}.{key}=), or {instead}"
            )
