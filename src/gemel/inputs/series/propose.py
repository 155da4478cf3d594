"""`auto` for sequences: propose an input from a sample of the dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, final

from gemel.errors import ItemError
from gemel.inputs.series.gaps import COUNTS
from gemel.inputs.series.input import SeriesInput
from gemel.inputs.series.read import Sequence, read_recording

SLIPS = 0.05
"""The share of sequences that may lack a column that is read nevertheless."""


def propose_series_input(sample: Iterable[Sequence]) -> SeriesInput:
    """Position and velocity, normalised in size, for pen traces; all columns as recorded otherwise.

    A column is read if nearly all sampled sequences have it; those without it are then unreadable,
    so that a few faulty files do not remove a channel from all. Unreadable sequences are skipped.
    Raises the ItemError of the first if none can be read, or one if no column is common.

    >>> import numpy as np
    >>> propose_series_input([np.zeros((5, 2))]).channels
    ('1', '2')
    """
    readable, unreadable = _seen(sample)
    if not readable:
        raise unreadable[0] if unreadable else ItemError("there is no sequence to look at")
    common = _common(readable)
    if not (found := tuple(name for name in common if name not in COUNTS)):
        raise ItemError(_nothing_common(readable))
    if {"x", "y"} <= set(common):
        pen = ("pen",) if "stroke" in common else ()
        return SeriesInput(channels=(*found, "velocity:x", "velocity:y", *pen), normalise="shape")
    return SeriesInput(channels=found, normalise="none")


@final
class LeftOut(NamedTuple):
    """The columns that `propose_series_input` leaves out: too few sequences have the ones, and the
    others hold no number in any. `timed` says whether any sequence has a column `time`."""

    of_some: tuple[str, ...]
    wordy: tuple[str, ...]
    timed: bool


def left_out(sample: Iterable[Sequence]) -> LeftOut:
    """The columns of the readable sequences that are not read unless they are asked for."""
    readable, _ = _seen(sample)
    common = {*_common(readable), *COUNTS}
    numeric = {name for each in readable for name in each.columns}
    wordy = {name for each in readable for name in each.wordy}
    return LeftOut(
        tuple(sorted(numeric - common)), tuple(sorted(wordy - numeric)), "time" in numeric
    )


class _Seen(NamedTuple):
    """What is looked at in a readable sequence, without its numbers: those of many take room."""

    name: str
    columns: tuple[str, ...]
    wordy: tuple[str, ...]


def _seen(sample: Iterable[Sequence]) -> tuple[list[_Seen], list[ItemError]]:
    """The readable sequences, and the errors of the others."""
    readable: list[_Seen] = []
    unreadable: list[ItemError] = []
    for raw in sample:
        try:
            recording = read_recording(raw)
        except ItemError as error:
            unreadable.append(error)
        else:
            name = str(raw) if isinstance(raw, str | Path) else f"sequence {len(readable) + 1}"
            readable.append(_Seen(name, recording.columns, recording.wordy))
    return readable, unreadable


def _nothing_common(readable: list[_Seen]) -> str:
    """The message for sequences without a common column; shows the two that differ most."""
    first = readable[0]
    other = min(readable, key=lambda each: len({*first.columns} & {*each.columns}))
    told = " and ".join(f"{each.name} has {', '.join(each.columns)}" for each in (first, other))
    return (
        f"the sequences must have a channel in common: {told}. Give them the same columns; those "
        "of a file without names are called 1, 2, …"
    )


def _common(readable: list[_Seen]) -> list[str]:
    counts = Counter(name for each in readable for name in each.columns)
    return [name for name, count in counts.items() if count >= (1 - SLIPS) * len(readable)]
