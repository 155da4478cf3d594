"""`auto`: look at some of the sequences and propose which channels to read of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

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
    columns, names, unreadable = _columns(sample)
    if not columns:
        raise unreadable[0] if unreadable else ItemError("there is no sequence to look at")
    common = _common(columns)
    if not (found := tuple(name for name in common if name not in COUNTS)):
        raise ItemError(_unlike(columns, names))
    if {"x", "y"} <= set(common):
        pen = ("pen",) if "stroke" in common else ()
        return SeriesInput(channels=(*found, "velocity:x", "velocity:y", *pen), normalise="shape")
    return SeriesInput(channels=found, normalise="none")


def channels_of_some(sample: Iterable[Sequence]) -> tuple[str, ...]:
    """Columns that too few of the sampled sequences have to be read of all."""
    columns, *_ = _columns(sample)
    common = {*_common(columns), *COUNTS}
    return tuple(sorted({name for names in columns for name in names} - common))


def _columns(
    sample: Iterable[Sequence],
) -> tuple[list[tuple[str, ...]], list[str], list[ItemError]]:
    """Those of each sequence that can be read, what it is called, and why others cannot."""
    columns: list[tuple[str, ...]] = []
    names: list[str] = []
    unreadable: list[ItemError] = []
    for raw in sample:
        try:
            columns.append(read_recording(raw).columns)
        except ItemError as error:
            unreadable.append(error)
        else:
            names.append(str(raw) if isinstance(raw, str | Path) else f"sequence {len(columns)}")
    return columns, names, unreadable


def _unlike(columns: list[tuple[str, ...]], names: list[str]) -> str:
    """Two that have no channel in common, or hardly any."""
    other = min(range(len(columns)), key=lambda n: len({*columns[0]} & {*columns[n]}))
    told = " and ".join(f"{names[n]} has {', '.join(columns[n])}" for n in (0, other))
    return (
        f"the sequences must have a channel in common: {told}. Give them the same columns; those "
        "of a file without names are called 1, 2, …"
    )


def _common(columns: list[tuple[str, ...]]) -> list[str]:
    counts = Counter(name for names in columns for name in names)
    return [name for name, count in counts.items() if count >= (1 - SLIPS) * len(columns)]
