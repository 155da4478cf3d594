"""The `[tune]` section: the search space of `gemel tune`, one range or choice per setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from gemel.recipe.setting import Setting

Number: TypeAlias = int | float
Value: TypeAlias = bool | int | float | str


def _as_tuple(given: object) -> object:
    return given if isinstance(given, list | tuple) else (given,)


Values: TypeAlias = Annotated[tuple[Value, ...], Field(min_length=1), BeforeValidator(_as_tuple)]

ON_A_STEP = 1e-6
"""Tolerance, in steps, for a decimal number to count as lying on a step of its range."""


class Searched(Setting):
    """A range from `low` to `high`, both included, or a list of `choices`.

    The range is of integers where both ends are. `log` samples it logarithmically; with a `step`,
    values are `low` plus multiples of it. `when` makes the setting conditional: it maps other
    searched settings to one value or several, and the setting is searched only if each has one of
    these, as `schedule.factor` is only with an exponential schedule.
    """

    low: Number | None = None
    high: Number | None = None
    log: bool = False
    step: Number | None = None
    choices: Annotated[tuple[Value, ...], Field(min_length=2)] | None = None
    when: dict[str, Values] | None = None

    @model_validator(mode="after")
    def _is_range_or_choices(self) -> Searched:
        if (self.choices is None) == (self.low is None or self.high is None):
            raise ValueError(
                "what is searched has either low and high, or choices: got "
                f"low={self.low}, high={self.high}, choices={self.choices}"
            )
        if self.choices and (self.log or {self.low, self.high, self.step} != {None}):
            raise ValueError("choices have no low, high, log or step: leave these or choices out")
        return self

    @model_validator(mode="after")
    def _range_is_valid(self) -> Searched:
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
        """The choices, or the two ends of the range: if these are valid, all values are."""
        if self.choices is not None:
            return self.choices
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def counts_beside(self, values: Mapping[str, Value]) -> bool:
        """Whether `when` holds for the given values of the other settings."""
        return all(values.get(key) in allowed for key, allowed in (self.when or {}).items())

    def holds(self, value: object) -> bool:
        """Whether the search space contains a value."""
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
