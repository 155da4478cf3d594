"""What `gemel tune` may change: a setting of a recipe that is searched, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from gemel.recipe.setting import Setting

Number: TypeAlias = int | float
Value: TypeAlias = bool | int | float | str


def _several(given: object) -> object:
    return given if isinstance(given, list | tuple) else (given,)


Values: TypeAlias = Annotated[tuple[Value, ...], Field(min_length=1), BeforeValidator(_several)]

ON_A_STEP = 1e-6
"""How far from a step of its range, in steps, a number written in decimals may lie."""


class Searched(Setting):
    """From `low` to `high`, both included, whole numbers where both are; or one of `choices`.

    `log` searches the exponent, `step` goes from `low` by so much. `when` names searched settings
    and a value, or several, of each: the setting is searched where they have one of these alone, as
    a schedule's factor is beside that schedule.
    """

    low: Number | None = None
    high: Number | None = None
    log: bool = False
    step: Number | None = None
    choices: Annotated[tuple[Value, ...], Field(min_length=2)] | None = None
    when: dict[str, Values] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Searched:
        if (self.choices is None) == (self.low is None or self.high is None):
            raise ValueError(
                "what is searched has either low and high, or choices: got "
                f"low={self.low}, high={self.high}, choices={self.choices}"
            )
        return self

    @model_validator(mode="after")
    def _is_a_range(self) -> Searched:
        if self.low is None or self.high is None:
            return self
        if self.low >= self.high:
            raise ValueError(f"a range has low below high: got low={self.low}, high={self.high}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError(
                f"a logarithmic range begins above 0 and has no step: got low={self.low}, "
                f"step={self.step}"
            )
        if self.step is not None and self.step <= 0:
            raise ValueError(f"the step of a range is above 0: got step={self.step}")
        whole = isinstance(self.low, int) and isinstance(self.high, int)
        if whole and self.step is not None and self.step % 1:
            raise ValueError(
                f"a range of whole numbers has a whole step: got step={self.step}; for fractions "
                f"write low={self.low}.0"
            )
        return self

    @property
    def ends(self) -> tuple[Value, ...]:
        """Values that must be possible for all others to be."""
        if self.choices is not None:
            return self.choices
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def counts_beside(self, values: Mapping[str, Value]) -> bool:
        """Whether it is searched beside these values of settings that were chosen before it."""
        return all(values.get(key) in allowed for key, allowed in (self.when or {}).items())

    def holds(self, value: object) -> bool:
        """Whether a setting's own value may be tried."""
        if self.choices is not None:
            return value in self.choices
        low, high = self.low, self.high
        if low is None or high is None or isinstance(value, bool):
            return False
        if not isinstance(value, int | float) or not low <= value <= high:
            return False
        if isinstance(low, int) and isinstance(high, int) and value % 1:
            return False
        steps = 0.0 if self.step is None else (value - low) / self.step
        return abs(steps - round(steps)) < ON_A_STEP
