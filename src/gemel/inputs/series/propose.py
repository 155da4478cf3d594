"""`auto`: look at some of the sequences and propose which channels to read of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gemel.errors import ItemError
from gemel.inputs.series.input import SeriesInput
from gemel.inputs.series.read import Sequence, read_recording

COUNTS = frozenset({"time", "stroke"})
"""Columns that say when, and not what."""

SLIPS = 0.05
"""The share of sequences that may lack a channel and are skipped for it."""


def propose_series_input(sample: Iterable[Sequence]) -> SeriesInput:
    """Pen traces by place and velocity, whatever their size; of all else every column, as it is.

    A column is read if nearly every sampled sequence has it: those that lack it are unreadable
    then, so that one slip does not take a channel away from all. Unreadable sequences are passed
    over; raises the first one's ItemError when none can be read, or when they have no column in
    common.

    >>> import numpy as np
    >>> propose_series_input([np.zeros((5, 2))]).channels
    ('1', '2')
    """
    columns, unreadable = _columns(sample)
    if not columns:
        raise unreadable[0] if unreadable else ItemError("there is no sequence to look at")
    common = _common(columns)
    if not (found := tuple(name for name in common if name not in COUNTS)):
        raise ItemError(
            "the sequences must have a channel in common, and some have other columns than others: "
            "give them the same columns, or name the channels with input.channels"
        )
    if {"x", "y"} <= set(common):
        pen = ("pen",) if "stroke" in common else ()
        return SeriesInput(channels=(*found, "velocity:x", "velocity:y", *pen), normalise="shape")
    return SeriesInput(channels=found, normalise="none")


def channels_of_some(sample: Iterable[Sequence]) -> tuple[str, ...]:
    """Columns that too few of the sampled sequences have to be read of all."""
    columns, _ = _columns(sample)
    common = {*_common(columns), *COUNTS}
    return tuple(sorted({name for names in columns for name in names} - common))


def _columns(sample: Iterable[Sequence]) -> tuple[list[tuple[str, ...]], list[ItemError]]:
    """Those of each sequence that can be read, and why others cannot."""
    columns: list[tuple[str, ...]] = []
    unreadable: list[ItemError] = []
    for raw in sample:
        try:
            columns.append(read_recording(raw).columns)
        except ItemError as error:
            unreadable.append(error)
    return columns, unreadable


def _common(columns: list[tuple[str, ...]]) -> list[str]:
    counts = Counter(name for names in columns for name in names)
    return [name for name, count in counts.items() if count >= (1 - SLIPS) * len(columns)]
