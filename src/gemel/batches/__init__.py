"""Batch kinds: samplers that yield the index arrays of each training step (NumPy only)."""

from __future__ import annotations

from gemel.batches.across import AcrossSides, TwoSidedIndex
from gemel.batches.batch import Batch, BatchKind, OneSide
from gemel.batches.classes import Classes
from gemel.batches.episodes import Episodes
from gemel.batches.given_pairs import GivenPairs
from gemel.batches.labels import LabelIndex
from gemel.batches.pairs import RandomPairs
from gemel.batches.partners import Partners
from gemel.batches.sequences import Sequences
from gemel.batches.trials import Trials
from gemel.batches.triplets import Triplets

__all__ = [
    "AcrossSides",
    "Batch",
    "BatchKind",
    "Classes",
    "Episodes",
    "GivenPairs",
    "LabelIndex",
    "OneSide",
    "Partners",
    "RandomPairs",
    "Sequences",
    "Trials",
    "Triplets",
    "TwoSidedIndex",
]
