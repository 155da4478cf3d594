"""The input of sequences: reading files, resampling, normalising and deriving channels."""

from __future__ import annotations

from gemel.inputs.series.columns import is_table
from gemel.inputs.series.gaps import gaps_notice, listed
from gemel.inputs.series.input import Samples, SeriesInput
from gemel.inputs.series.propose import left_out, propose_series_input
from gemel.inputs.series.read import ENDINGS, Sequence, read_recording
from gemel.inputs.series.recording import Recording, recorded

__all__ = [
    "ENDINGS",
    "Recording",
    "Samples",
    "Sequence",
    "SeriesInput",
    "gaps_notice",
    "is_table",
    "left_out",
    "listed",
    "propose_series_input",
    "read_recording",
    "recorded",
]
