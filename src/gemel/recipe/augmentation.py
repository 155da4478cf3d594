"""The `[augment]` section: how training items are augmented."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    Tag,
    model_validator,
)

from gemel.recipe.setting import Setting, refuse_idle


def _ascending(factors: tuple[float, float]) -> tuple[float, float]:
    if factors[0] > factors[1]:
        raise ValueError(f"a scale range is [low, high] with low at most high, got {list(factors)}")
    return factors


Factors: TypeAlias = Annotated[tuple[PositiveFloat, PositiveFloat], AfterValidator(_ascending)]
Degrees: TypeAlias = Annotated[float, Field(ge=0, le=180)]


class GroupAugmentSetting(Setting):
    """One random map per group of a batch, shared by all its items; acts as new labels."""

    rotation: Degrees = 0.0
    shear: NonNegativeFloat = 0.0
    scale: Factors = (1.0, 1.0)
    mirror: bool = False


class AugmentSetting(Setting):
    """Augmentation of pictures; everything is off by default.

    `mirror = "auto"` flips colour pictures (photographs) and never grey ones (drawings).
    `axes = "apart"` draws shear and scale independently per axis, `untouched` is the share of items
    left as they are, and `elastic` is the standard deviation of the elastic displacement as a share
    of the side. `group` applies to batches of classes, trials and episodes.
    """

    kind: Literal["image"] = "image"
    rotation: Degrees = 0.0
    shear: NonNegativeFloat = 0.0
    scale: Factors = (1.0, 1.0)
    stretch: NonNegativeFloat = 0.0
    shift: NonNegativeFloat = 0.0
    mirror: Literal["auto"] | bool = False
    axes: Literal["together", "apart"] = "together"
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    brightness: NonNegativeFloat = 0.0
    contrast: NonNegativeFloat = 0.0
    erase: Annotated[float, Field(ge=0, lt=1)] = 0.0
    elastic: NonNegativeFloat = 0.0
    untouched: Annotated[float, Field(ge=0, lt=1)] = 0.0
    group: GroupAugmentSetting = GroupAugmentSetting()

    @model_validator(mode="after")
    def _transforms_whole_groups(self) -> AugmentSetting:
        if self.untouched and self.group != GroupAugmentSetting():
            raise ValueError(
                "augment.group transforms all items of a group alike, and augment.untouched would "
                "leave some of them as they are: leave one of the two out"
            )
        return self

    @model_validator(mode="after")
    def _refuse_ignored(self) -> AugmentSetting:
        if not self.shear and self.scale == (1.0, 1.0):
            because = "is how shear and scale are drawn, and neither is set"
            refuse_idle("augment", self, ["axes"], because, "set augment.shear or augment.scale")
        if not any((self.rotation, self.shear, self.stretch, self.shift, self.scale != (1.0, 1.0))):
            because = (
                "is that of rotation, shear, scale, stretch and shift, and none of them is set"
            )
            instead = "set one of them, such as augment.rotation=10"
            refuse_idle("augment", self, ["probability"], because, instead)
        return self


class SeriesAugmentSetting(Setting):
    """Augmentation of series; everything is off by default.

    `rotation` is in degrees. The others are shares: `warp` and `crop` of the length, `scale` of a
    channel's values about their mean, `jitter` of its standard deviation.
    """

    kind: Literal["series"] = "series"
    warp: Annotated[float, Field(ge=0, lt=0.3)] = 0.0
    crop: Annotated[float, Field(ge=0, lt=1)] = 0.0
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0
    jitter: NonNegativeFloat = 0.0
    rotation: Degrees = 0.0


def _augmented_kind(given: object) -> str:
    kind = given.get("kind") if isinstance(given, dict) else getattr(given, "kind", None)
    return "series" if kind == "series" else "image"


AugmentChoice: TypeAlias = Annotated[
    Annotated[AugmentSetting, Tag("image")] | Annotated[SeriesAugmentSetting, Tag("series")],
    Discriminator(_augmented_kind),
]
