"""`auto`: look at some of the sequences and propose which channels to read of them all."""

from __future__ import annotations

from collections.abc import Iterable

from gemel.errors import ItemError
from gemel.inputs.series.input import SeriesInput
from gemel.inputs.series.read import Sequence, read_recording

COUNTS = frozenset({"time", "stroke"})
"""Columns that say when, and not what."""


def propose_series_input(sample: Iterable[Sequence]) -> SeriesInput:
    """Pen traces by place and velocity, whatever their size; of all else every column, as it is.

    A column is read if every sampled sequence has it. Unreadable sequences are passed over; raises
    the first one's ItemError when none can be read, or when they have no column in common.

    >>> import numpy as np
    >>> propose_series_input([np.zeros((5, 2))]).channels
    ('1', '2')
    """
    common: list[str] | None = None
    unreadable: list[ItemError] = []
    for raw in sample:
        try:
            columns = read_recording(raw).columns
        except ItemError as error:
            unreadable.append(error)
            continue
        common = [name for name in columns if common is None or name in common]
    if common is None:
        raise unreadable[0] if unreadable else ItemError("there is no sequence to look at")
    if not (found := tuple(name for name in common if name not in COUNTS)):
        raise ItemError(
            "the sequences must have a channel in common, and some have other columns than others: "
            "give them the same columns, or name the channels with input.channels"
        )
    if {"x", "y"} <= set(common):
        pen = ("pen",) if "stroke" in common else ()
        return SeriesInput(channels=(*found, "velocity:x", "velocity:y", *pen), normalise="shape")
    return SeriesInput(channels=found, normalise="none")
