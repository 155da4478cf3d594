"""What every part of a recipe is: frozen, complete, and closed to keys that do not exist."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Setting(BaseModel):
    """Checked when made, and never changed after. No number is infinite."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False
    )
