"""The input of sequences: channels, number of samples, and normalisation."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gemel.arrays import Array, Floats, Indices, Packed, Padded
from gemel.counting import count
from gemel.errors import ItemError
from gemel.inputs.digest import Digested, digest
from gemel.inputs.item_file import name_of
from gemel.inputs.series.derive import derive, sources
from gemel.inputs.series.gaps import COUNTS
from gemel.inputs.series.read import Sequence, read_recording
from gemel.inputs.series.recording import Recording
from gemel.inputs.series.resample import Along, even_places, resample

Samples: TypeAlias = NDArray[np.float32]
"""(samples, channels)."""

Normalise: TypeAlias = Literal["none", "each", "shape", "channels"]
"""Normalisation within an item. `each` standardises every column to mean 0 and standard deviation
1; `shape` centres x and y and divides both by one number, which keeps the aspect; `channels`
standardises every channel after it is derived; `none` keeps the recorded values."""

STILL = 1e-9
"""A column whose standard deviation is at most this share of its largest value is constant."""
LONGEST = 65_536
"""The most samples that an item may be resampled to."""
LARGEST = 1e6
"""Values are clipped to ± this, so that outliers do not drown all others."""


def check_samples(channels: tuple[str, ...], length: int | None, every: float | None) -> None:
    """Raise ValueError if a channel is unknown, or if both `length` and `every` are set."""
    for channel in channels:
        sources(channel)
    if length is not None and every is not None:
        raise ValueError(
            "input.length and input.every both set the number of samples, so only one may be given,"
            f" got input.length={length} and input.every={every:g}: leave out one of them"
        )


@final
class SeriesInput(BaseModel):
    """Reads any sequence as (samples, channels) floats; saved with the matcher.

    Sequences are resampled evenly along their samples or their column `time` (`along`). With
    `length`, all have that many samples. With `every`, they have one sample per `every` recorded
    samples, or per `every` units of time, so that longer recordings stay longer. With neither, they
    keep their number of samples. Except with `length`, `most_samples` is the maximum.

    >>> import numpy as np
    >>> small = SeriesInput(channels=("1", "velocity:1"), length=3, normalise="none")
    >>> small.read(np.array([0.0, 1.0, 2.0, 3.0, 4.0])).tolist()
    [[0.0, 2.0], [2.0, 2.0], [4.0, 2.0]]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    varying: ClassVar[bool] = True
    kind: Literal["series"] = "series"
    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of recorded columns or of channels derived from them, see `derive`."""
    length: int | None = Field(default=None, ge=2, le=LONGEST)
    every: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    most_samples: int = Field(default=1024, ge=2, le=LONGEST)
    along: Along = "samples"
    normalise: Normalise = "each"

    @model_validator(mode="after")
    def _can_be_read(self) -> SeriesInput:
        check_samples(self.channels, self.length, self.every)
        return self

    @property
    def shape(self) -> tuple[int]:
        """(channels,) of one sample."""
        return (len(self.channels),)

    @property
    def dtype(self) -> np.dtype[np.float32]:
        return np.dtype(np.float32)

    @property
    def columns(self) -> list[str]:
        """The recorded columns that the channels are taken or derived from."""
        return sorted({name for channel in self.channels for name in sources(channel)})

    def read(self, raw: Sequence) -> Samples:
        """The sequence as (samples, channels) floats.

        `raw` is a path, the bytes of a file, or a (samples,) or (samples, columns) array or list,
        where NaN or a masked number is a gap that is filled. Raises ItemError naming the file.
        """
        return self._read(read_recording(raw), name_of(raw, "the sequence"))

    def read_with_digest(self, raw: Sequence) -> Digested:
        """`read`, and a 16-byte digest of the recording, independent of the file format."""
        recording = read_recording(raw)
        values = self._read(recording, name_of(raw, "the sequence"))
        return Digested(values, _digest(recording), recording.gaps_of(self.columns))

    def feed(self, packed: Packed) -> tuple[Array, ...]:
        """The arguments of the encoder: (n, longest, channels) samples and (n,) lengths."""
        assert isinstance(packed, Padded), "sequences differ in length"
        return packed.values, packed.lengths

    def remarks(self, values: Array, lengths: Indices) -> tuple[str, ...]:
        """Notices about packed sequences; `values` (unused) are theirs, concatenated."""
        del values
        full = int((lengths == self.most_samples).sum()) if self.length is None else 0
        if not full:
            return ()
        have, are = ("has", "is") if full == 1 else ("have", "are")
        return (
            f"{full:,} of {count(len(lengths), 'sequence')} {have} {self.most_samples} samples or "
            f"more and {are} resampled to {self.most_samples}; set input.most_samples to keep more "
            "of them.",
        )

    def _read(self, recording: Recording, named: str) -> Samples:
        names = self.columns
        values = np.stack([recording.column(name, named) for name in names], axis=1)
        place = even_places(recording.column("time", named)) if self.along == "time" else None
        values = resample(values, self.length or self._own_length(values, place), place)
        columns = normalised(dict(zip(names, values.T, strict=True)), self.normalise)
        channels = {channel: derive(channel, columns) for channel in self.channels}
        if self.normalise == "channels":
            channels = normalised(channels, "each")
        read = np.stack([channels[channel] for channel in self.channels], axis=1)
        if not np.isfinite(read).all():
            raise ItemError(f"{named} holds numbers too large to compute with: use another unit")
        return np.clip(read, -LARGEST, LARGEST).astype(np.float32)

    def _own_length(self, values: Floats, place: Floats | None) -> int:
        length = len(values)
        if self.every is not None:
            extent = length - 1 if place is None else float(place[-1] - place[0])
            length = max(2, 1 + round(min(extent / self.every, float(self.most_samples))))
        return min(length, self.most_samples)


def normalised(columns: dict[str, Floats], how: Normalise) -> dict[str, Floats]:
    """The columns of one item, normalised as `Normalise` describes.

    Constant columns become 0 instead of amplified rounding errors. `time` and `stroke` are kept.
    """
    if how in {"none", "channels"}:
        return columns
    chosen = [name for name in columns if name not in COUNTS]
    if how == "shape":
        chosen = [name for name in chosen if name in {"x", "y"}]
    centred = {name: columns[name] - columns[name].mean() for name in chosen}
    spread = {name: float(values.std()) for name, values in centred.items()}
    if how == "shape":
        together = float(np.sqrt(np.mean([value**2 for value in spread.values()] or [0.0])))
        spread = dict.fromkeys(spread, together)
    return columns | {
        name: np.zeros_like(centred[name])
        if spread[name] <= STILL * np.abs(columns[name]).max()
        else centred[name] / spread[name]
        for name in chosen
    }


def _digest(recording: Recording) -> bytes:
    header = f"{recording.columns} {recording.values.shape} ".encode()
    return digest(header + recording.values.tobytes())
