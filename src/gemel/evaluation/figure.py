"""A measured figure with its confidence interval, or the reason why it is missing."""

from __future__ import annotations

from typing import Any, Self, TypeAlias, final

from pydantic import BaseModel, ConfigDict, Field, model_validator


@final
class Figure(BaseModel):
    """A measured value, its 95 % interval, and the number of trials.

    >>> Figure(value=0.97, low=0.95, high=0.98, n=400).model_dump()
    {'value': 0.97, 'low': 0.95, 'high': 0.98, 'n': 400}
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float
    low: float
    high: float
    n: int = Field(ge=1)

    @model_validator(mode="after")
    def _value_inside(self) -> Self:
        assert self.low <= self.value <= self.high, (self.low, self.value, self.high)
        return self


@final
class Missing(BaseModel):
    """In place of a figure that the data are too few for: what it would take.

    >>> Missing(missing="needs 3,000 different pairs").model_dump()
    {'value': None, 'missing': 'needs 3,000 different pairs'}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: None = None
    missing: str


Figures: TypeAlias = dict[str, Figure | Missing]


def figures_to_json(figures: Figures) -> dict[str, dict[str, Any]]:
    """The `metrics` of a report as plain dictionaries, ready for `json.dumps`."""
    return {name: figure.model_dump() for name, figure in figures.items()}
