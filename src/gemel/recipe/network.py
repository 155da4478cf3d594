"""The settings of the network: encoder, metric, reader, memory and test-time augmentation."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt

from gemel.recipe.picture_encoders import PictureEncoderChoice
from gemel.recipe.sequence_encoders import SentenceTransformer, SequenceEncoderChoice
from gemel.recipe.setting import Setting

EncoderChoice: TypeAlias = Annotated[
    PictureEncoderChoice | SentenceTransformer | SequenceEncoderChoice,
    Field(discriminator="name"),
]


class Alignment(Setting):
    """`stiffness` is the initial penalty on the distance between counterparts: cosine per squared
    step on the map. Choose it low where order matters little, as for words in a sentence."""

    name: Literal["alignment"]
    stiffness: PositiveFloat = 0.13


class SecondLook(Setting):
    """`stiffness` is that of `alignment`; `looks` is how many of an item's candidates in a training
    batch are compared a second time, on average."""

    name: Literal["second-look"]
    stiffness: PositiveFloat = 0.13
    looks: PositiveInt = 3


class Attentive(Setting):
    """`hidden` is the width of both layers: the comparison of descriptors, and the decision."""

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
    Alignment | Attentive | PlainMetric | SecondLook, Field(discriminator="name")
]


class Attention(Setting):
    name: Literal["attention"]
    temperature: PositiveFloat = 0.1


class FullContext(Setting):
    name: Literal["full-context"]
    steps: PositiveInt = 5
    temperature: PositiveFloat = 0.1


class Prototype(Setting):
    name: Literal["prototype"]


class Sum(Setting):
    name: Literal["sum"]


ReaderChoice: TypeAlias = Annotated[
    Attention | FullContext | Prototype | Sum, Field(discriminator="name")
]


class Mann(Setting):
    name: Literal["mann"]
    hidden: PositiveInt = 200
    slots: PositiveInt = 128
    width: PositiveInt = 40
    heads: PositiveInt = 4
    decay: Annotated[float, Field(gt=0, le=1)] = 0.99
    writes: Literal["bound", "key"] = "bound"


MemoryChoice: TypeAlias = Mann


class TestTimeSetting(Setting):
    """Test-time augmentation of pictures: distances are averaged over several views.

    `mirror` gives two views (`sideways`) or four (`both-ways`). `turn` adds quarter turns: four
    views, or eight with either mirror. `soften` blurs as the resampling of augmentation does.
    """

    mirror: Literal["no", "sideways", "both-ways"] = "no"
    turn: bool = False
    soften: bool = False
