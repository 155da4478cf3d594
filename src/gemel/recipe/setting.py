"""Base class of all recipe sections (frozen, validated, closed to unknown keys); shared types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Dropout: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
Output: TypeAlias = Literal["linear", "relu", "sigmoid", "softmax", "unit"]
"""The activation of an encoder's last layer."""

LARGEST = {int: 2**53, float: 1e30}
"""Largest magnitude by type: exact as a float64, or well within the range of float32."""


class Setting(BaseModel):
    """A frozen section, checked when made; its numbers are finite and at most `LARGEST`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False
    )

    @model_validator(mode="after")
    def _numbers_are_bounded(self) -> Self:
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
    """Raise ValueError where one of `keys`, which the other settings make ineffective, was changed.

    A value equal to the default passes, since the recipe of a run spells out all defaults.
    `because` and `instead` end the message: what the setting is for, and the other way out.
    """
    for key in keys:
        field = type(setting).model_fields[key]
        if getattr(setting, key) != field.get_default(call_default_factory=True):
            raise ValueError(
                f"{section}.{key} {because}: leave it out (--set {section}.{key}=), or {instead}"
            )
