"""The settings of encoders and metrics: one class each, mirroring the constructor of the part."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from gemel.recipe.setting import Setting

Output: TypeAlias = Literal["linear", "relu", "sigmoid", "softmax", "unit"]
FourSizes: TypeAlias = tuple[PositiveInt, PositiveInt, PositiveInt, PositiveInt]
Dropout: TypeAlias = Annotated[float, Field(ge=0, lt=1)]


class EncoderSetting(Setting):
    """What all encoders of pictures share: whether pixels are standardised or stay in 0–1."""

    pixels: Literal["standardise", "as-is"] = "standardise"


class TokenVectorsSetting(Setting):
    """Word vectors that start at random or as GloVe's, and are `tuned` with the rest or kept.

    `dropout` is the share of tokens that a training step leaves out.
    """

    kind: Literal["tokens"] = "tokens"
    size: PositiveInt = 50
    start: Literal["random", "glove"] = "random"
    tuned: bool = True
    dropout: Dropout = 0.0


class SamplesSetting(Setting):
    """The samples of a series themselves, every channel brought around zero or left as it is."""

    kind: Literal["samples"] = "samples"
    values: Literal["standardise", "as-is"] = "standardise"


class SequenceSetting(Setting):
    """What encoders of sequences share: the stem that makes frames of tokens or samples."""

    stem: Annotated[TokenVectorsSetting | SamplesSetting, Field(discriminator="kind")] = (
        TokenVectorsSetting()
    )


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
    kernel: PositiveInt = 7
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


class Mlp(EncoderSetting):
    name: Literal["mlp"]
    widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (128, 128, 128)
    dropout: Dropout = 0.1
    output: Output = "relu"


class Chopra(EncoderSetting):
    name: Literal["chopra"]
    embedding_size: PositiveInt = 50
    batch_norm: bool = False
    dropout: Dropout = 0.0
    output: Output = "linear"


class Conv(EncoderSetting):
    name: Literal["conv"]
    dense: PositiveInt = 512
    embedding_size: PositiveInt = 5
    dropout: Dropout = 0.4
    output: Output = "softmax"


class Koch(EncoderSetting):
    name: Literal["koch"]
    kernels: FourSizes = (10, 7, 4, 4)
    maps: FourSizes = (64, 128, 128, 256)
    padding: Literal["valid", "same"] = "valid"
    batch_norm: bool = False
    embedding_size: PositiveInt = 4096


class Hoffer(EncoderSetting):
    """`maps` are those of the paper for grey or for colour unless given: one for each layer."""

    name: Literal["hoffer"]
    maps: (
        Literal["auto"] | Annotated[tuple[PositiveInt, ...], Field(min_length=1, max_length=4)]
    ) = "auto"
    dropout: Dropout = 0.5


class Conv4(EncoderSetting):
    name: Literal["conv4"]
    maps: PositiveInt = 64
    output: Output = "linear"


class Sung(EncoderSetting):
    name: Literal["sung"]
    maps: PositiveInt = 64


class Signet(EncoderSetting):
    name: Literal["signet"]
    stride: PositiveInt = 1


class Local(EncoderSetting):
    name: Literal["local"]
    width: PositiveInt = 32
    descriptors: PositiveInt = 64
    pools: Annotated[int, Field(ge=2)] = 2
    dropout: Dropout = 0.0


class Gabor(EncoderSetting):
    """`scales` begin with 1, the picture as it stands; `shift` is in pixels, both ways."""

    name: Literal["gabor"]
    wavelengths: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)] = (5.0, 9.0, 16.0)
    directions: PositiveInt = 4
    cell: PositiveInt = 12
    shift: NonNegativeInt = 2
    scales: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)] = (1.0, 0.9, 1.1)
    mirror: bool = True
    shrinkage: Annotated[float, Field(ge=0, le=1)] = 0.1
    descriptors: PositiveInt = 384


class Hinge(EncoderSetting):
    """Blocks of circles: the `radii` of each in pixels, and its (columns, rows) of `cells`."""

    name: Literal["hinge"]
    radii: Annotated[
        tuple[Annotated[tuple[PositiveInt, ...], Field(min_length=1)], ...], Field(min_length=1)
    ] = ((2, 4, 7), (2, 7), (4, 11), (3, 9, 15), (13, 20, 28))
    cells: tuple[tuple[PositiveInt, PositiveInt], ...] = ((1, 1), (4, 2), (4, 2), (6, 2), (3, 2))
    directions: PositiveInt = 8
    shrinkage: Annotated[float, Field(ge=0, le=1)] = 0.2
    axes: PositiveInt = 400
    points: PositiveInt = 4096
    dropout: Dropout = 0.0


class Compact(EncoderSetting):
    name: Literal["compact"]
    width: PositiveInt = 32
    widest: PositiveInt = 256
    embedding_size: PositiveInt = 128
    dropout: Dropout = 0.0
    output: Output = "unit"


class SentenceTransformer(Setting):
    """A pretrained model from its `folder`, as sentence-transformers keeps them, `tuned` or not."""

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
                "an encoder that is not tuned learns by its dense layer alone: set "
                "encoder.embedding_size above 0, or encoder.tuned=true"
            )
        return self


SequenceEncoderChoice: TypeAlias = Bag | BiLstm | Canvas | Contextual | TextConv | Tdnn | Resnet1d

SEQUENCE_ENCODERS = frozenset(
    {"bag", "bilstm", "canvas", "contextual", "resnet1d", "tdnn", "text-conv"}
)


class Zagoruyko(EncoderSetting):
    name: Literal["zagoruyko"]
    maps: tuple[PositiveInt, PositiveInt, PositiveInt] = (96, 192, 256)


EncoderChoice: TypeAlias = Annotated[
    Mlp
    | Conv
    | Koch
    | Hoffer
    | Conv4
    | Sung
    | Local
    | Compact
    | Chopra
    | Gabor
    | Hinge
    | Signet
    | Zagoruyko
    | SentenceTransformer
    | SequenceEncoderChoice,
    Field(discriminator="name"),
]


class Alignment(Setting):
    """`stiffness` is where the price of a counterpart's distance starts, in cosines a step squared:
    low where things have no fixed places, as words in a sentence."""

    name: Literal["alignment"]
    stiffness: PositiveFloat = 0.13


class Attentive(Setting):
    """`hidden` units compare a descriptor with its counterpart, and as many decide."""

    name: Literal["attentive"]
    hidden: PositiveInt = 64


class PlainMetric(Setting):
    """A metric without settings."""

    name: Literal[
        "cosine",
        "decision",
        "euclidean",
        "manhattan",
        "relation",
        "squared-euclidean",
        "views",
        "warping",
        "weighted-l1",
    ]


MetricChoice: TypeAlias = Annotated[
    Alignment | Attentive | PlainMetric, Field(discriminator="name")
]


Tie: TypeAlias = Literal["shared", "separate", "joint"]
"""One encoder for both sides, one for each, or one for the pair as a whole."""
