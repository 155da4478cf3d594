"""The settings of text and series encoders: one class each, mirroring the constructor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
    model_validator,
)

from gemel.recipe.setting import Dropout, Output, Setting


class TokenVectorsSetting(Setting):
    """Token vectors, initialised at random or from GloVe, and `tuned` or kept fixed.

    `dropout` is the probability that a training step leaves a token out.
    """

    kind: Literal["tokens"] = "tokens"
    size: PositiveInt = 50
    start: Literal["random", "glove"] = "random"
    tuned: bool = True
    dropout: Dropout = 0.0


class SamplesSetting(Setting):
    """The samples of a series, with each channel standardised or left as it is."""

    kind: Literal["samples"] = "samples"
    values: Literal["standardise", "as-is"] = "standardise"


def _odd(kernel: int) -> int:
    """An even kernel has no centre: padding by half of it makes a sequence one frame longer."""
    if kernel % 2 == 0:
        raise ValueError(f"the size of a kernel must be odd, got {kernel}")
    return kernel


def _tokens_by_default(stem: object) -> object:
    return {"kind": "tokens", **stem} if isinstance(stem, Mapping) else stem


class SequenceSetting(Setting):
    """Base of the sequence encoders: the stem, which turns tokens or samples into frames."""

    stem: Annotated[
        Annotated[TokenVectorsSetting | SamplesSetting, Field(discriminator="kind")],
        BeforeValidator(_tokens_by_default),
    ] = TokenVectorsSetting()


class Bag(SequenceSetting):
    name: Literal["bag"]
    widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (256, 128)
    dropout: Dropout = 0.1
    output: Output = "unit"


class BiLstm(SequenceSetting):
    name: Literal["bilstm"]
    hidden: PositiveInt = 64
    layers: PositiveInt = 1
    both_ways: bool = True
    pool: Literal["last", "mean", "max"] = "mean"
    embedding_size: NonNegativeInt = 128
    dropout: Dropout = 0.0
    output: Output = "linear"


class Contextual(SequenceSetting):
    name: Literal["contextual"]
    hidden: PositiveInt = 50
    descriptors: PositiveInt = 64
    places: PositiveInt = 32


class TextConv(SequenceSetting):
    name: Literal["text-conv"]
    windows: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (3, 4, 5)
    maps: PositiveInt = 100
    embedding_size: PositiveInt = 128
    dropout: Dropout = 0.5
    output: Output = "unit"


class Tdnn(SequenceSetting):
    name: Literal["tdnn"]
    length: PositiveInt = 200
    maps: tuple[PositiveInt, PositiveInt] = (12, 16)
    kernels: tuple[PositiveInt, PositiveInt] = (9, 8)
    average: PositiveInt = 3
    output: Output = "linear"


class Resnet1d(SequenceSetting):
    name: Literal["resnet1d"]
    width: PositiveInt = 32
    strides: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1, 2, 2)
    kernel: Annotated[PositiveInt, AfterValidator(_odd)] = 7
    segments: NonNegativeInt = 0
    places: NonNegativeInt = 0
    embedding_size: PositiveInt = 128
    dropout: Dropout = 0.0
    output: Output = "unit"


class Canvas(SequenceSetting):
    name: Literal["canvas"]
    side: PositiveInt = 56
    colours: PositiveInt = 4
    width: PositiveInt = 32
    descriptors: PositiveInt = 64
    dropout: Dropout = 0.0


class SentenceTransformer(Setting):
    """A pretrained model in the folder format of sentence-transformers, `tuned` or kept fixed."""

    name: Literal["sentence-transformer"]
    folder: Annotated[str, Field(min_length=1)]
    tuned: bool = False
    embedding_size: NonNegativeInt = 128
    dropout: Dropout = 0.0
    output: Output = "unit"

    @model_validator(mode="after")
    def _something_learns(self) -> SentenceTransformer:
        if not (self.tuned or self.embedding_size):
            raise ValueError(
                "without tuning, only the dense layer of sentence-transformer learns: set "
                "encoder.embedding_size above 0, or encoder.tuned=true"
            )
        return self


SequenceEncoderChoice: TypeAlias = Bag | BiLstm | Canvas | Contextual | TextConv | Tdnn | Resnet1d

SEQUENCE_ENCODERS = frozenset(
    get_args(kind.model_fields["name"].annotation)[0] for kind in get_args(SequenceEncoderChoice)
)
"""The names of these."""
