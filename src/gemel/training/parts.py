"""From the words of a recipe to the parts they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from gemel.augment import AffineRange, Augment, SeriesAugment
from gemel.data import glove_vectors
from gemel.encoders import ENCODERS, PixelStatistics, Samples, TokenVectors
from gemel.errors import RecipeError
from gemel.inputs import ImageInput, Input, SeriesInput, TextInput
from gemel.losses import LOSSES, Loss
from gemel.metrics import METRICS
from gemel.readers import READERS, Reader
from gemel.recipe import Recipe
from gemel.recipe.network import (
    EncoderChoice,
    SamplesSetting,
    SequenceSetting,
    TokenVectorsSetting,
)
from gemel.recipe.objective import AugmentChoice, SeriesAugmentSetting
from gemel.shapes import Items
from gemel.twin import SharedTwin, check_margin

RANDOM_VECTORS = 0.4
"""The deviation of vectors that are drawn: about that of GloVe's."""


def build_twin(recipe: Recipe, input: Input, statistics: PixelStatistics | None) -> SharedTwin:
    """The network with its initial weights, which the recipe's seed decides alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        settings = recipe.encoder.model_dump(exclude={"name", "pixels", "stem"})
        given = _given(recipe.encoder, input, statistics)
        encoder = _make(ENCODERS[recipe.encoder.name], *given, **settings)
        metric = METRICS[recipe.metric.name](encoder.embedding_size, encoder.map_sides)
        return SharedTwin(encoder, metric, _build_reader(recipe, encoder.embedding_size))


def _build_reader(recipe: Recipe, size: int) -> Reader | None:
    if recipe.reader is None:
        return None
    settings = recipe.reader.model_dump(exclude={"name"})
    reader: Reader = _make(READERS[recipe.reader.name], size, **settings)
    return reader


def _given(
    setting: EncoderChoice, input: Input, statistics: PixelStatistics | None
) -> tuple[Any, ...]:
    """What an encoder is made of beside its settings: what the items are like."""
    if isinstance(setting, SequenceSetting):
        if isinstance(setting.stem, SamplesSetting):
            assert statistics is not None, "series have statistics"
            as_is = setting.stem.values == "as-is"
            channels = len(statistics.mean)
            return (Samples(PixelStatistics.untouched(channels) if as_is else statistics),)
        assert isinstance(input, TextInput), "the recipe has checked it"
        return (_token_vectors(setting.stem, input),)
    assert isinstance(input, ImageInput), "the recipe has checked it"
    assert statistics is not None, "pictures have statistics"
    if setting.pixels == "as-is":
        statistics = PixelStatistics.untouched(input.shape[0])
    return input.shape, statistics


def _token_vectors(setting: TokenVectorsSetting, input: TextInput) -> TokenVectors:
    vectors = torch.randn(input.vocabulary, setting.size) * RANDOM_VECTORS
    if setting.start == "glove":
        given, found = glove_vectors(input.tokens())
        if given.shape[1] != setting.size:
            raise RecipeError(
                f"GloVe's vectors have {given.shape[1]} numbers, and encoder.stem.size is "
                f"{setting.size}: set encoder.stem.size={given.shape[1]}"
            )
        vectors[torch.from_numpy(found)] = torch.from_numpy(given[found])
    vectors[0] = 0.0
    return TokenVectors(vectors, tuned=setting.tuned, dropout=setting.dropout)


def build_loss(recipe: Recipe, twin: SharedTwin) -> Loss:
    """The loss, once its margin is known to be within the metric's reach."""
    settings = recipe.loss.model_dump(exclude={"name"})
    if recipe.loss.name in {"binary-cross-entropy", "squared-error"}:
        settings["learned_scale"] = not twin.metric.learned
    loss: Loss = _make(LOSSES[recipe.loss.name], **settings)
    check_margin(loss.margin, twin.encoder, twin.metric)
    return loss


def build_augment(
    setting: AugmentChoice, input: Input
) -> Callable[[Items, torch.Generator], Items]:
    """The augmentations; colour pictures are taken for photographs, which may be mirrored."""
    if isinstance(setting, SeriesAugmentSetting):
        assert isinstance(input, SeriesInput), "the recipe has checked it"
        return SeriesAugment(**setting.model_dump(exclude={"kind"}), channels=input.channels)
    if not isinstance(input, ImageInput):
        return _untouched
    augment = Augment(
        affine=AffineRange(
            rotation=setting.rotation,
            shear=setting.shear,
            scale=setting.scale,
            stretch=setting.stretch,
            shift=setting.shift,
            mirror=input.channels == 3 if setting.mirror == "auto" else setting.mirror,
            axes=setting.axes,
            probability=setting.probability,
        ),
        brightness=setting.brightness,
        contrast=setting.contrast,
        erase=setting.erase,
        untouched=setting.untouched,
    )
    return lambda items, generator: (augment(items[0], generator),)


def _untouched(items: Items, _: torch.Generator) -> Items:
    return items


def _make(part: Any, *given: Any, **settings: Any) -> Any:
    """The recipe mirrors each constructor; a contract test holds them together."""
    return part(*given, **settings)
