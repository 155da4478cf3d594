"""How items are changed before they are learned from: the settings of augmentation."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, NonNegativeFloat, PositiveFloat, Tag

from gemel.recipe.setting import Setting


def _ascending(factors: tuple[float, float]) -> tuple[float, float]:
    if factors[0] > factors[1]:
        raise ValueError(f"the range of a scale begins with the smaller one, got {list(factors)}")
    return factors


Factors: TypeAlias = Annotated[tuple[PositiveFloat, PositiveFloat], AfterValidator(_ascending)]
Degrees: TypeAlias = Annotated[float, Field(ge=0, le=180)]


class GroupAugmentSetting(Setting):
    """What changes all items of a group in a batch alike, and so makes new labels of the old."""

    rotation: Degrees = 0.0
    shear: NonNegativeFloat = 0.0
    scale: Factors = (1.0, 1.0)
    mirror: bool = False


class AugmentSetting(Setting):
    """Off unless said. `mirror = "auto"` flips photographs (colour) and never drawings (grey).

    `axes = "apart"` draws shear and scale for each axis by itself; `untouched` is the share of
    items that stay as they are. `elastic` is how far places of a picture wander from each other,
    as a share of the side. `group` is for batches of trials, of classes and of episodes.
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


class SeriesAugmentSetting(Setting):
    """For series; off unless said. Shares of a length or of a size, and degrees for `rotation`."""

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
