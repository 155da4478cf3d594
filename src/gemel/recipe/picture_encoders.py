"""The settings of picture encoders: one class each, mirroring the constructor of the encoder."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from gemel.recipe.setting import Dropout, Output, Setting, Share

FourSizes: TypeAlias = tuple[PositiveInt, PositiveInt, PositiveInt, PositiveInt]


class PictureSetting(Setting):
    """Base of all picture encoders: whether pixels are standardised or stay in 0–1."""

    pixels: Literal["standardise", "as-is"] = "standardise"


class Mlp(PictureSetting):
    name: Literal["mlp"]
    widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (128, 128, 128)
    dropout: Dropout = 0.1
    output: Output = "relu"


class Chopra(PictureSetting):
    name: Literal["chopra"]
    embedding_size: PositiveInt = 50
    batch_norm: bool = False
    dropout: Dropout = 0.0
    output: Output = "linear"


class Conv(PictureSetting):
    name: Literal["conv"]
    dense: PositiveInt = 512
    embedding_size: PositiveInt = 5
    dropout: Dropout = 0.4
    output: Output = "softmax"


class Koch(PictureSetting):
    name: Literal["koch"]
    kernels: FourSizes = (10, 7, 4, 4)
    maps: FourSizes = (64, 128, 128, 256)
    padding: Literal["valid", "same"] = "valid"
    batch_norm: bool = False
    embedding_size: PositiveInt = 4096


class Hoffer(PictureSetting):
    """`maps` per layer; `auto` takes the paper's, for grey or for colour pictures."""

    name: Literal["hoffer"]
    maps: (
        Literal["auto"] | Annotated[tuple[PositiveInt, ...], Field(min_length=1, max_length=4)]
    ) = "auto"
    dropout: Dropout = 0.5


class Conv4(PictureSetting):
    name: Literal["conv4"]
    maps: PositiveInt = 64
    output: Output = "linear"


class Sung(PictureSetting):
    name: Literal["sung"]
    maps: PositiveInt = 64


class Signet(PictureSetting):
    name: Literal["signet"]
    stride: PositiveInt = 1


class Local(PictureSetting):
    name: Literal["local"]
    width: PositiveInt = 32
    descriptors: PositiveInt = 64
    pools: Annotated[int, Field(ge=2)] = 2
    dropout: Dropout = 0.0


class Gabor(PictureSetting):
    """`scales` begin with 1, the unscaled picture; `shift` is in pixels, in either direction."""

    name: Literal["gabor"]
    wavelengths: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)] = (5.0, 9.0, 16.0)
    directions: PositiveInt = 4
    cell: PositiveInt = 12
    shift: NonNegativeInt = 2
    scales: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)] = (1.0, 0.9, 1.1)
    mirror: bool = True
    shrinkage: Share = 0.1
    descriptors: PositiveInt = 384


class Hinge(PictureSetting):
    """For each block of circles: its `radii` in pixels and its (columns, rows) of `cells`."""

    name: Literal["hinge"]
    radii: Annotated[
        tuple[Annotated[tuple[PositiveInt, ...], Field(min_length=1)], ...], Field(min_length=1)
    ] = ((2, 4, 7), (2, 7), (4, 11), (3, 9, 15), (13, 20, 28))
    cells: tuple[tuple[PositiveInt, PositiveInt], ...] = ((1, 1), (4, 2), (4, 2), (6, 2), (3, 2))
    directions: PositiveInt = 8
    shrinkage: Share = 0.2
    axes: PositiveInt = 400
    points: PositiveInt = 4096
    dropout: Dropout = 0.0


class Compact(PictureSetting):
    name: Literal["compact"]
    width: PositiveInt = 32
    widest: PositiveInt = 256
    embedding_size: PositiveInt = 128
    dropout: Dropout = 0.0
    output: Output = "unit"


class Zagoruyko(PictureSetting):
    name: Literal["zagoruyko"]
    maps: tuple[PositiveInt, PositiveInt, PositiveInt] = (96, 192, 256)


PictureEncoderChoice: TypeAlias = (
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
)
