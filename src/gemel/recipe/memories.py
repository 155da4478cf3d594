"""The settings of memories: one class each, mirroring the constructor of the memory."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveInt

from gemel.recipe.setting import Setting


class Mann(Setting):
    name: Literal["mann"]
    hidden: PositiveInt = 200
    slots: PositiveInt = 128
    width: PositiveInt = 40
    heads: PositiveInt = 4
    decay: Annotated[float, Field(gt=0, le=1)] = 0.99
    writes: Literal["bound", "key"] = "bound"


MemoryChoice: TypeAlias = Mann
