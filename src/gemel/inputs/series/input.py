"""Sequences: which channels, how many samples, and what is made equal between items."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gemel.arrays import Array, Floats, Indices, Packed, Padded
from gemel.counting import count
from gemel.errors import ItemError
from gemel.inputs.series.derive import derive, sources
from gemel.inputs.series.read import Sequence, read_recording
from gemel.inputs.series.recording import Recording
from gemel.inputs.series.resample import Along, even_places, resample

Samples: TypeAlias = NDArray[np.float32]
"""(samples, channels)."""

Normalise: TypeAlias = Literal["none", "each", "shape", "channels"]
"""`each` brings every column of an item to mean 0 and deviation 1; `shape` centres x and y and
divides both by one number, so that the aspect stays; `channels` brings what was derived from the
columns to mean 0 and deviation 1, each channel by itself; `none` leaves all as it was recorded."""

DIGEST_BYTES = 16

STILL = 1e-9
"""A channel whose spread is so small a share of its numbers stands still; the rest is rounding."""
LONGEST = 65_536
"""Samples of one item."""
LARGEST = 1e6
"""Numbers beyond this, either way, would drown all others: they are held there."""


def check_samples(channels: tuple[str, ...], length: int | None, every: float | None) -> None:
    """Raises ValueError for channels that nothing is known of, or samples counted in two ways."""
    for channel in channels:
        sources(channel)
    if length is not None and every is not None:
        raise ValueError(
            "a sequence has either length samples or one for every so many, got "
            f"input.length={length} and input.every={every:g}: leave out one of them"
        )


@final
class SeriesInput(BaseModel):
    """How any sequence becomes (samples, channels) floats; saved with the matcher.

    With a `length` every item has as many samples, resampled. With `every` it has one every so many
    recorded ones, or every so much of its time where it goes along that: what takes longer is
    longer. Without either it has as many as it was recorded with. Items without a length that are
    longer than `most_samples` are resampled to that.

    >>> import numpy as np
    >>> small = SeriesInput(channels=("1", "velocity:1"), length=3, normalise="none")
    >>> small.read(np.array([0.0, 1.0, 2.0, 3.0, 4.0])).tolist()
    [[0.0, 2.0], [2.0, 2.0], [4.0, 2.0]]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    varying: ClassVar[bool] = True
    kind: Literal["series"] = "series"
    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    """Columns as they were recorded, and channels derived from them: see `derive`."""
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

    def read(self, raw: Sequence) -> Samples:
        """The sequence as (samples, channels) floats.

        Takes a path, the bytes of a file, or a (samples,) or (samples, channels) array. Raises
        ItemError with one sentence that names the file.
        """
        return self._read(read_recording(raw), _named(raw))

    def read_with_digest(self, raw: Sequence) -> tuple[Samples, bytes]:
        """`read`, and 16 bytes that are equal for equal recordings whatever file they came in."""
        recording = read_recording(raw)
        return self._read(recording, _named(raw)), _digest(recording)

    def feed(self, packed: Packed) -> tuple[Array, ...]:
        """What the encoder takes: (n, longest, channels) samples, and (n,) lengths."""
        assert isinstance(packed, Padded), "sequences differ in length"
        return packed.values, packed.lengths

    def remarks(self, values: Array, lengths: Indices) -> tuple[str, ...]:
        """What there is to tell of packed sequences, which stand in `values` one after another."""
        del values
        full = int((lengths == self.most_samples).sum()) if self.length is None else 0
        if not full:
            return ()
        have, are = ("has", "is") if full == 1 else ("have", "are")
        return (
            f"{full:,} of {count(len(lengths), 'sequence')} {have} {self.most_samples} samples or "
            f"{are} longer and {are} resampled to as many; set input.most_samples to keep more of "
            "them.",
        )

    def _read(self, recording: Recording, named: str) -> Samples:
        names = sorted({name for channel in self.channels for name in sources(channel)})
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
    """The columns of one item, made comparable with those of another.

    What stands still is zero, and its rounding is not blown up. `time` and `stroke` are counts and
    stay.
    """
    if how in {"none", "channels"}:
        return columns
    chosen = [name for name in columns if name not in {"time", "stroke"}]
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


def _named(raw: Sequence) -> str:
    return repr(str(raw)) if isinstance(raw, str | Path) else "the sequence"


def _digest(recording: Recording) -> bytes:
    header = f"{recording.columns} {recording.values.shape} ".encode()
    return blake2b(header + recording.values.tobytes(), digest_size=DIGEST_BYTES).digest()
