"""Builds the augmentation of batches from the settings of a recipe."""

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
"""Augments the items of one side, given that side of the batch and a random generator."""


def build_augment(setting: AugmentChoice, input: Input) -> Augmenting:
    """The augmentation of an input's kind of items; texts are not augmented."""
    if isinstance(setting, SeriesAugmentSetting):
        assert isinstance(input, SeriesInput), "the recipe has checked it"
        series = SeriesAugment(**setting.model_dump(exclude={"kind"}), channels=input.channels)
        return lambda items, _, generator: series(items, generator)
    if not isinstance(input, ImageInput):
        return lambda items, *_: items
    return _of_pictures(_augment(setting, input.channels))


def _of_pictures(augment: Augment) -> Augmenting:
    """Applies the batch's quarter turns, then `augment`, then the batch's overlays."""

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
    """Pictures' augmentation; with `mirror="auto"`, colour pictures (photographs) are mirrored."""
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
