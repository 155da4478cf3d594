"""From the words of a recipe to the parts they name."""

from __future__ import annotations

from typing import Any

import torch

from gemel.augment import AffineRange, Augment
from gemel.encoders import ENCODERS, PixelStatistics
from gemel.losses import LOSSES, Loss
from gemel.metrics import METRICS
from gemel.readers import READERS, Reader
from gemel.recipe import Recipe
from gemel.recipe.objective import AugmentSetting
from gemel.twin import SharedTwin, check_margin


def build_twin(recipe: Recipe, shape: tuple[int, ...], statistics: PixelStatistics) -> SharedTwin:
    """The network with its initial weights, which the recipe's seed decides alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        if recipe.encoder.pixels == "as-is":
            statistics = PixelStatistics.untouched(shape[0])
        settings = recipe.encoder.model_dump(exclude={"name", "pixels"})
        encoder = _make(ENCODERS[recipe.encoder.name], shape, statistics, **settings)
        metric = METRICS[recipe.metric.name](encoder.embedding_size, encoder.map_sides)
        return SharedTwin(encoder, metric, _build_reader(recipe, encoder.embedding_size))


def _build_reader(recipe: Recipe, size: int) -> Reader | None:
    if recipe.reader is None:
        return None
    settings = recipe.reader.model_dump(exclude={"name"})
    reader: Reader = _make(READERS[recipe.reader.name], size, **settings)
    return reader


def build_loss(recipe: Recipe, twin: SharedTwin) -> Loss:
    """The loss, once its margin is known to be within the metric's reach."""
    settings = recipe.loss.model_dump(exclude={"name"})
    if recipe.loss.name in {"binary-cross-entropy", "squared-error"}:
        settings["learned_scale"] = not twin.metric.learned
    loss: Loss = _make(LOSSES[recipe.loss.name], **settings)
    check_margin(loss.margin, twin.encoder, twin.metric)
    return loss


def build_augment(setting: AugmentSetting, channels: int) -> Augment:
    """The augmentations; colour pictures are taken for photographs, which may be mirrored."""
    return Augment(
        affine=AffineRange(
            rotation=setting.rotation,
            shear=setting.shear,
            scale=setting.scale,
            stretch=setting.stretch,
            shift=setting.shift,
            mirror=channels == 3 if setting.mirror == "auto" else setting.mirror,
            axes=setting.axes,
            probability=setting.probability,
        ),
        brightness=setting.brightness,
        contrast=setting.contrast,
        erase=setting.erase,
        untouched=setting.untouched,
    )


def _make(part: Any, *given: Any, **settings: Any) -> Any:
    """The recipe mirrors each constructor; a contract test holds them together."""
    return part(*given, **settings)
