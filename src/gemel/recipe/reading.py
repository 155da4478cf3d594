"""The `[input]` section: how items are read, one class for each `kind` of item."""

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
"""(height, width); a single number is a square."""
Samples: TypeAlias = Annotated[int, Field(ge=2, le=LONGEST)]


class ImageReading(Setting):
    """How pictures are read.

    With `size = "auto"` small pictures keep their size and larger ones are scaled to about
    `most_pixels`. With `colour = "auto"` colour is kept if any of the inspected pictures has it.
    """

    kind: Literal["image"] = "image"
    size: Size = "auto"
    most_pixels: PositiveInt = 4096
    colour: Literal["auto", "grey", "rgb"] = "auto"
    fit: Fit = "pad"


class TextReading(Setting):
    """How texts are read.

    The vocabulary has at most `vocabulary` entries, for tokens that occur at least `least_count`
    times in training texts. `words_of = "glove"` fills the rest with the most frequent words of
    GloVe, so that words unseen in training have vectors too. `model`, the folder of a pretrained
    model, replaces the learned vocabulary by its tokenizer.
    """

    kind: Literal["text"] = "text"
    tokens: Tokens = "words"
    words_of: Literal["data", "glove"] = "data"
    vocabulary: Annotated[int, Field(ge=3)] = 20_000
    least_count: PositiveInt = 1
    most_tokens: PositiveInt = 64
    model: str | None = None

    @model_validator(mode="after")
    def _refuse_ignored(self) -> TextReading:
        # `words_of` may stay: named recipes set it, and any of them may get a pretrained encoder.
        if self.model is not None:
            because = "is for a learned vocabulary, and a pretrained model has its own"
            instead = "choose another encoder.name"
            refuse_idle("input", self, ["tokens", "vocabulary", "least_count"], because, instead)
        return self


class SeriesReading(Setting):
    """How series are read: which channels, and how many samples.

    `auto` inspects some of the sequences. Pen traces (columns x and y) are read as positions and
    velocities, with pressure and pen state where they were recorded, and normalised by `shape`; of
    anything else all columns are read. `length` resamples every sequence to that many samples,
    `every` to one per so many recorded samples (or units of time, with `along = "time"`). Without
    either a sequence keeps its own length, up to `most_samples`.
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
        channels = () if self.channels == "auto" else self.channels
        check_samples(channels, self.length, self.every)
        if self.length is not None:
            because = (
                f"limits sequences of any length, and with input.length={self.length} all have "
                "that many samples"
            )
            refuse_idle("input", self, ["most_samples"], because, "leave input.length out")
        return self


def _image_by_default(given: object) -> object:
    return {"kind": "image", **given} if isinstance(given, dict) else given


InputSetting: TypeAlias = Annotated[
    Annotated[ImageReading | TextReading | SeriesReading, Field(discriminator="kind")],
    BeforeValidator(_image_by_default),
]
