"""Builds the encoder that a recipe names, for the items of an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, final

import torch

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
from gemel.planning.glove import glove_vectors
from gemel.recipe.network import EncoderChoice
from gemel.recipe.picture_encoders import PictureSetting
from gemel.recipe.sequence_encoders import (
    SamplesSetting,
    SentenceTransformer,
    SequenceSetting,
    TokenVectorsSetting,
)
from gemel.twin import stacked

RANDOM_VECTORS = 0.4
"""Standard deviation of random token vectors, about that of GloVe's."""


@final
@dataclass(frozen=True)
class InputStatistics:
    """An input, and the statistics of the training items that it reads (None for texts)."""

    input: Input
    statistics: PixelStatistics | None

    def to_use(self, values: Literal["standardise", "as-is"]) -> PixelStatistics:
        """The statistics to standardise with; those that change nothing for values `as-is`."""
        assert self.statistics is not None, "pictures and series have statistics"
        if values == "as-is":
            return PixelStatistics.untouched(len(self.statistics.mean))
        return self.statistics


def build_encoder(setting: EncoderChoice, fed: InputStatistics) -> Encoder:
    """The encoder of one side, with initial weights from torch's own generator."""
    return _encoder(setting, *_given_by_items(setting, fed))


def build_pair_encoder(
    setting: EncoderChoice, left: InputStatistics, right: InputStatistics
) -> Encoder:
    """The encoder of a joint tie, which takes both pictures of a pair as the channels of one."""
    assert isinstance(left.input, ImageInput)
    assert isinstance(right.input, ImageInput)
    assert isinstance(setting, PictureSetting), "the recipe has checked it"
    first, second = (fed.to_use(setting.pixels) for fed in (left, right))
    together = PixelStatistics([*first.mean, *second.mean], [*first.std, *second.std])
    return _encoder(setting, stacked(left.input.shape, right.input.shape), together)


def _encoder(setting: EncoderChoice, *given: Any) -> Encoder:
    settings = setting.model_dump(exclude={"name", "pixels", "stem", "folder"})
    return ENCODERS[setting.name](*given, **settings)


def _given_by_items(setting: EncoderChoice, fed: InputStatistics) -> tuple[Any, ...]:
    """The arguments of an encoder that depend on the items."""
    match setting:
        case SequenceSetting(stem=SamplesSetting(values=values)):
            return (Samples(fed.to_use(values)),)
        case SequenceSetting(stem=TokenVectorsSetting() as stem):
            assert isinstance(fed.input, TextInput), "the recipe has checked it"
            return (_token_vectors(stem, fed.input),)
        case SentenceTransformer():
            assert isinstance(fed.input, TextInput), "the recipe has checked it"
            return (_sentence_model(setting, fed.input),)
        case _:
            assert isinstance(setting, PictureSetting)
            assert isinstance(fed.input, ImageInput), "the recipe has checked it"
            return fed.input.shape, fed.to_use(setting.pixels)


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
        glove, known = glove_vectors(input.tokens())
        if glove.shape[1] != setting.size:
            raise RecipeError(
                f"encoder.stem.size must be that of GloVe's vectors, {glove.shape[1]}, got "
                f"{setting.size}: set encoder.stem.size={glove.shape[1]}"
            )
        vectors[torch.from_numpy(known)] = torch.from_numpy(glove[known])
    vectors[0] = 0.0
    return TokenVectors(vectors, tuned=setting.tuned, dropout=setting.dropout)
