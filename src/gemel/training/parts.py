"""Builds the parts that a recipe names: twin, memory and loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch

from gemel.data import glove_vectors
from gemel.encoders import (
    ENCODERS,
    Encoder,
    PixelStatistics,
    Samples,
    SentenceModel,
    TokenVectors,
    read_sentence_model,
)
from gemel.errors import RecipeError
from gemel.inputs import ImageInput, Input, TextInput
from gemel.losses import LOSSES, Loss
from gemel.memories import MEMORIES, Memory
from gemel.metrics import METRICS, Metric
from gemel.readers import READERS, Reader
from gemel.recipe import Recipe
from gemel.recipe.network import EncoderChoice
from gemel.recipe.picture_encoders import PictureSetting
from gemel.recipe.sequence_encoders import (
    SamplesSetting,
    SentenceTransformer,
    SequenceSetting,
    TokenVectorsSetting,
)
from gemel.twin import (
    JointTwin,
    SeparateTwin,
    SharedTwin,
    Twin,
    check_margin,
    in_use,
    stacked,
    views_of,
)

RANDOM_VECTORS = 0.4
"""Standard deviation of random token vectors, about that of GloVe's."""


@final
@dataclass(frozen=True)
class InputStatistics:
    """An input, and the statistics of the training items that it reads (None for texts)."""

    input: Input
    statistics: PixelStatistics | None


def build_twin(recipe: Recipe, left: InputStatistics, right: InputStatistics | None = None) -> Twin:
    """The twin with its initial weights, which depend only on the recipe and its seed.

    `right` describes the right side, if it differs from the left.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        match recipe.tie:
            case "shared":
                encoder = _encoder(recipe.encoder, _given(recipe.encoder, left))
                reader = _build_reader(recipe, encoder.embedding_size)
                return SharedTwin(encoder, _metric(recipe, encoder), reader)
            case "separate":
                encoder = _encoder(recipe.encoder, _given(recipe.encoder, left))
                setting = recipe.right_side.encoder
                other = _encoder(setting, _given(setting, right or left))
                return SeparateTwin(encoder, other, _metric(recipe, encoder))
            case "joint":
                return _joint(recipe, left, right)


def twin_in_use(recipe: Recipe, twin: Twin) -> Twin:
    """The twin as a matcher uses it, with the recipe's test-time augmentation."""
    setting = recipe.test_time
    if setting is None:
        return twin
    assert isinstance(twin, SharedTwin), "the recipe has checked it"
    views = views_of(setting.mirror, turn=setting.turn)
    return in_use(twin, views, soften=setting.soften)


def _encoder(setting: EncoderChoice, given: tuple[Any, ...]) -> Encoder:
    settings = setting.model_dump(exclude={"name", "pixels", "stem", "folder"})
    return ENCODERS[setting.name](*given, **settings)


def _metric(recipe: Recipe, encoder: Encoder) -> Metric:
    settings = recipe.metric.model_dump(exclude={"name"})
    return METRICS[recipe.metric.name](encoder.embedding_size, encoder.map_size, **settings)


def _joint(recipe: Recipe, left: InputStatistics, right: InputStatistics | None) -> JointTwin:
    """A joint twin; raises `RecipeError` unless both sides are pictures."""
    both = (left, right or left)
    if any(not isinstance(fed.input, ImageInput) for fed in both):
        raise RecipeError(
            "a joint tie needs pictures on both sides, got items of the kinds "
            f"{both[0].input.kind} and {both[1].input.kind}: set tie to shared or separate"
        )
    shapes = (both[0].input.shape, both[1].input.shape)
    statistics = [_pixels(recipe.encoder, fed) for fed in both]
    together = PixelStatistics(
        [value for each in statistics for value in each.mean],
        [value for each in statistics for value in each.std],
    )
    encoder = _encoder(recipe.encoder, (stacked(*shapes), together))
    return JointTwin(encoder, shapes, exchangeable=right is None)


def _build_reader(recipe: Recipe, size: int) -> Reader | None:
    if recipe.reader is None:
        return None
    settings = recipe.reader.model_dump(exclude={"name"})
    return READERS[recipe.reader.name](size, **settings)


def _given(setting: EncoderChoice, fed: InputStatistics) -> tuple[Any, ...]:
    """The arguments of an encoder that depend on the items."""
    input, statistics = fed.input, fed.statistics
    if isinstance(setting, SequenceSetting):
        if isinstance(setting.stem, SamplesSetting):
            assert statistics is not None, "series have statistics"
            as_is = setting.stem.values == "as-is"
            channels = len(statistics.mean)
            return (Samples(PixelStatistics.untouched(channels) if as_is else statistics),)
        assert isinstance(input, TextInput), "the recipe has checked it"
        return (_token_vectors(setting.stem, input),)
    if isinstance(setting, SentenceTransformer):
        assert isinstance(input, TextInput), "the recipe has checked it"
        return (_sentence_model(setting, input),)
    assert isinstance(input, ImageInput), "the recipe has checked it"
    return input.shape, _pixels(setting, fed)


def _pixels(setting: EncoderChoice, fed: InputStatistics) -> PixelStatistics:
    assert fed.statistics is not None, "pictures have statistics"
    as_is = isinstance(setting, PictureSetting) and setting.pixels == "as-is"
    return PixelStatistics.untouched(len(fed.statistics.mean)) if as_is else fed.statistics


def _sentence_model(setting: SentenceTransformer, input: TextInput) -> SentenceModel:
    model = read_sentence_model(setting.folder)
    places, words = model.stem.places.num_embeddings, model.stem.words.num_embeddings
    if input.most_tokens > places:
        raise RecipeError(
            f"{setting.folder!r} has positions for {places} tokens, and input.most_tokens is "
            f"{input.most_tokens}: set it to {places} or fewer"
        )
    if input.vocabulary > words:
        raise RecipeError(
            f"{setting.folder!r} has vectors for {words:,} tokens, and its tokenizer has "
            f"{input.vocabulary:,}: its files are of different models, so copy the model again"
        )
    return model


def _token_vectors(setting: TokenVectorsSetting, input: TextInput) -> TokenVectors:
    vectors = torch.randn(input.vocabulary, setting.size) * RANDOM_VECTORS
    if setting.start == "glove":
        given, found = glove_vectors(input.tokens())
        if given.shape[1] != setting.size:
            raise RecipeError(
                f"encoder.stem.size must be that of GloVe's vectors, {given.shape[1]}, got "
                f"{setting.size}: set encoder.stem.size={given.shape[1]}"
            )
        vectors[torch.from_numpy(found)] = torch.from_numpy(given[found])
    vectors[0] = 0.0
    return TokenVectors(vectors, tuned=setting.tuned, dropout=setting.dropout)


def build_memory(recipe: Recipe, twin: Twin) -> Memory | None:
    """The recipe's memory, for embeddings of the twin; None if it has none."""
    if recipe.memory is None:
        return None
    assert recipe.batch.kind == "sequences"
    size = twin.encoders[0].embedding_size
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        settings = recipe.memory.model_dump(exclude={"name"})
        return MEMORIES[recipe.memory.name](size, recipe.batch.ways, **settings)


def build_loss(recipe: Recipe, twin: Twin) -> Loss:
    """The loss. Raises `RecipeError` for a margin beyond the metric's reach."""
    settings = recipe.loss.model_dump(exclude={"name"})
    if recipe.loss.name in {"binary-cross-entropy", "squared-error"}:
        settings["learned_scale"] = not twin.learned
    loss = LOSSES[recipe.loss.name](**settings)
    check_margin(loss.margin, twin)
    return loss
