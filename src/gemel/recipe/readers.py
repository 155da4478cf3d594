"""The settings of readers: one class each, mirroring the constructor of the reader."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt

from gemel.recipe.setting import Setting


class Attention(Setting):
    name: Literal["attention"]
    temperature: PositiveFloat = 0.1


class FullContext(Setting):
    name: Literal["full-context"]
    steps: PositiveInt = 5
    temperature: PositiveFloat = 0.1


class Prototype(Setting):
    name: Literal["prototype"]


class Sum(Setting):
    name: Literal["sum"]


ReaderChoice: TypeAlias = Annotated[
    Attention | FullContext | Prototype | Sum, Field(discriminator="name")
]
