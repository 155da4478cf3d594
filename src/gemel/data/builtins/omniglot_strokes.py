"""`omniglot-strokes`: the pen traces behind Omniglot's drawings, as sequences.

One text file per drawing: a line START, then lines `x,y,t`, and a line BREAK after each stroke.
x runs to the right from about 0 to 105 and y upwards from about -105 to 0, in the picture's pixels;
t is in milliseconds from the start. Traces are named like their pictures. Lake et al. 2015.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gemel.arrays import Same
from gemel.data.builtins.omniglot import HOME, Drawings
from gemel.data.dataset import TEST, Dataset
from gemel.data.download import Archive

STROKES = tuple(
    Archive(HOME + file)
    for file in ("strokes_background_small1.zip", "strokes_background_small2.zip")
)
"""No checksums are published; every trace is checked when it is read."""


def traces() -> tuple[Drawings, Same]:
    """The distinct traces of both archives, and (n,) whether their alphabet is not in the first."""
    both = Drawings.of(STROKES, ending="txt")
    alphabets = np.array(both.alphabets)
    held = ~np.isin(alphabets, alphabets[both.archive == 0])
    once = np.flatnonzero((both.archive == 0) | held)
    return both[once], held[once]


def open_omniglot_strokes() -> Dataset:
    """As `omniglot`, of traces; the alphabets that are only in the second archive are test."""
    found, held = traces()
    return replace(found.dataset("omniglot-strokes", np.where(held, TEST, -1)), kind="series")
