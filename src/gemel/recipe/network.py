"""Which encoder, which metric and how the sides are tied: what a network is made of."""

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
    """`stiffness` is where the price of a counterpart's distance starts, in cosines a step squared:
    low where things have no fixed places, as words in a sentence."""

    name: Literal["alignment"]
    stiffness: PositiveFloat = 0.13


class SecondLook(Setting):
    """`stiffness` is that of `alignment`; so many of those that an item is compared with in
    training are looked at again, on average."""

    name: Literal["second-look"]
    stiffness: PositiveFloat = 0.13
    looks: PositiveInt = 3


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
    Alignment | Attentive | PlainMetric | SecondLook, Field(discriminator="name")
]


class InUseSetting(Setting):
    """How pictures are looked at when the training is over: mirrored too, `sideways` in two views
    or `both-ways` in four, turned by quarters in four times as many or in eight, and softened as
    those of training are by being moved."""

    mirror: Literal["no", "sideways", "both-ways"] = "no"
    turn: bool = False
    soften: bool = False
