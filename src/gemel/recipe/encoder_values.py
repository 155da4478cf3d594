"""Types that the settings of several encoders share."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

Output: TypeAlias = Literal["linear", "relu", "sigmoid", "softmax", "unit"]
Dropout: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
