"""The settings of encoders and metrics: one class each, mirroring the constructor of the part."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveInt

from gemel.recipe.setting import Setting

Output: TypeAlias = Literal["linear", "relu", "sigmoid", "softmax", "unit"]
FourSizes: TypeAlias = tuple[PositiveInt, PositiveInt, PositiveInt, PositiveInt]
Dropout: TypeAlias = Annotated[float, Field(ge=0, lt=1)]


class EncoderSetting(Setting):
    """What all encoders share: whether pixels are standardised or stay in 0–1."""

    pixels: Literal["standardise", "as-is"] = "standardise"


class Mlp(EncoderSetting):
    name: Literal["mlp"]
    widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (128, 128, 128)
    dropout: Dropout = 0.1
    output: Output = "relu"


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


class Compact(EncoderSetting):
    name: Literal["compact"]
    width: PositiveInt = 32
    widest: PositiveInt = 256
    embedding_size: PositiveInt = 128
    dropout: Dropout = 0.0
    output: Output = "unit"


EncoderChoice: TypeAlias = Annotated[
    Mlp | Conv | Koch | Hoffer | Conv4 | Sung | Compact, Field(discriminator="name")
]


class MetricChoice(Setting):
    name: Literal[
        "cosine", "euclidean", "manhattan", "relation", "squared-euclidean", "weighted-l1"
    ]


Tie: TypeAlias = Literal["shared"]
"""How the two sides share weights. `separate` and `joint` come with unlike sides."""
