"""How items are read: one class of settings for each kind of item, chosen by `kind`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt, model_validator

from gemel.inputs import Tokens
from gemel.inputs.fit import Fit
from gemel.inputs.image import LARGEST_SIDE
from gemel.inputs.series.input import LONGEST, Normalise, check_samples
from gemel.inputs.series.resample import Along
from gemel.recipe.setting import Setting, refuse_idle


def _square(size: object) -> object:
    return (size, size) if isinstance(size, int) and not isinstance(size, bool) else size


SidePixels: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]
Size: TypeAlias = Annotated[
    tuple[SidePixels, SidePixels] | Literal["auto"], BeforeValidator(_square)
]
"""Height and width; one number stands for both."""
Samples: TypeAlias = Annotated[int, Field(ge=2, le=LONGEST)]


class ImageReading(Setting):
    """`auto` looks at the pictures: small ones keep their size, larger ones are scaled to about
    `most_pixels`; colour is kept where any picture has some."""

    kind: Literal["image"] = "image"
    size: Size = "auto"
    most_pixels: PositiveInt = 4096
    colour: Literal["auto", "grey", "rgb"] = "auto"
    fit: Fit = "pad"


class TextReading(Setting):
    """`vocabulary` entries at most, of tokens that occur `least_count` times in training texts.

    `words_of = "glove"` fills what is left of it with the commonest words of GloVe, so that words
    which training never met have vectors too. With the folder of a pretrained `model` its
    tokenizer is read, and no vocabulary is learned.
    """

    kind: Literal["text"] = "text"
    tokens: Tokens = "words"
    words_of: Literal["data", "glove"] = "data"
    vocabulary: Annotated[int, Field(ge=3)] = 20_000
    least_count: PositiveInt = 1
    most_tokens: PositiveInt = 64
    model: str | None = None

    @model_validator(mode="after")
    def _only_what_counts(self) -> TextReading:
        """A setting that would be ignored is a mistake; `words_of` is GloVe's in all recipes, and
        a pretrained encoder may be put in any of them."""
        if self.model is not None:
            because = "is for a vocabulary that is learned, and a pretrained model has its own"
            instead = "choose another encoder.name"
            refuse_idle("input", self, ["tokens", "vocabulary", "least_count"], because, instead)
        return self


class SeriesReading(Setting):
    """Which channels of a sequence are read, and how many samples.

    `auto` looks at some of them: pen traces (columns x and y) are read as places and velocities,
    with pressure and pen where they were recorded, and normalised by `shape`; of anything else all
    columns are read as they are. Without a `length` sequences keep theirs, up to `most_samples`,
    or have a sample `every` so many recorded ones (so much time, `along` it).
    """

    kind: Literal["series"] = "series"
    channels: Literal["auto"] | Annotated[tuple[str, ...], Field(min_length=1)] = "auto"
    length: Samples | None = None
    every: PositiveFloat | None = None
    most_samples: Samples = 512
    along: Along = "samples"
    normalise: Literal["auto", Normalise] = "auto"

    @model_validator(mode="after")
    def _can_be_read(self) -> SeriesReading:
        """Refused now, and not when the data have been looked at."""
        channels = () if self.channels == "auto" else self.channels
        check_samples(channels, self.length, self.every)
        return self


def _pictures_unless_said(given: object) -> object:
    return {"kind": "image", **given} if isinstance(given, dict) else given


InputSetting: TypeAlias = Annotated[
    Annotated[ImageReading | TextReading | SeriesReading, Field(discriminator="kind")],
    BeforeValidator(_pictures_unless_said),
]
