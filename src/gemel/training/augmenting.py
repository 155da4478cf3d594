"""From the words of a recipe to what changes a batch before it is encoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch

from gemel.augment import AffineRange, Augment, SeriesAugment, Warp, overlay
from gemel.augment.quarter_turns import quarter_turns
from gemel.batches import OneSide
from gemel.inputs import ImageInput, Input, SeriesInput
from gemel.recipe.augmentation import AugmentChoice, AugmentSetting, SeriesAugmentSetting
from gemel.shapes import Items

Augmenting: TypeAlias = Callable[[Items, OneSide, torch.Generator], Items]
"""Items of one side, what the batch says of them, and the source of all that is random."""


def build_augment(setting: AugmentChoice, input: Input) -> Augmenting:
    """Pictures, series and texts each in their way; texts stay as they are."""
    if isinstance(setting, SeriesAugmentSetting):
        assert isinstance(input, SeriesInput), "the recipe has checked it"
        series = SeriesAugment(**setting.model_dump(exclude={"kind"}), channels=input.channels)
        return lambda items, _, generator: series(items, generator)
    if not isinstance(input, ImageInput):
        return lambda items, *_: items
    return _of_pictures(_augment(setting, input.channels))


def _of_pictures(augment: Augment) -> Augmenting:
    """Turned and laid over each other as the batch says; what is laid over is augmented first."""

    def changed(items: Items, side: OneSide, generator: torch.Generator) -> Items:
        (images,) = items
        if side.turns is not None:
            images = quarter_turns(images, side.turns)
        groups = None if side.groups is None else torch.from_numpy(side.groups)
        images = augment(images, generator, groups)
        if side.over is not None:
            images = overlay(images, torch.from_numpy(side.over).to(images.device))
        return (images,)

    return changed


def _augment(setting: AugmentSetting, channels: int) -> Augment:
    """Colour pictures are taken for photographs, which may be mirrored."""
    each = AffineRange(
        rotation=setting.rotation,
        shear=setting.shear,
        scale=setting.scale,
        stretch=setting.stretch,
        shift=setting.shift,
        mirror=channels == 3 if setting.mirror == "auto" else setting.mirror,
        axes=setting.axes,
        probability=setting.probability,
    )
    group = AffineRange(**setting.group.model_dump(), axes="apart")
    return Augment(
        warp=Warp(each, group, setting.elastic),
        brightness=setting.brightness,
        contrast=setting.contrast,
        erase=setting.erase,
        untouched=setting.untouched,
    )
