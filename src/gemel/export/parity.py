"""Measures the parity of exported networks with torch; a mismatch stops the export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch

from gemel.arrays import Indices
from gemel.evaluation.comparer import Comparer, EmbeddingComparer
from gemel.export.networks import plain_copy
from gemel.export.reader import ReaderNetwork, check_reader
from gemel.export.tolerance import check_difference
from gemel.matcher.networks import JointNetworks, Networks
from gemel.measure.compared import Compared, comparer_of
from gemel.planning.comparing import twin_comparer
from gemel.twin import EmbeddingTwin, Twin


@final
@dataclass(frozen=True)
class Parity:
    """Largest differences between ONNX Runtime and torch, on validation items.

    `largest_difference` is that of embeddings; None for a joint tie.
    """

    items: int
    pairs: int
    largest_difference: float | None
    largest_distance_difference: float
    flipped_verdicts: int


def measure_parity(
    twin: Twin,
    networks: Networks | JointNetworks,
    items: Compared,
    pairs: tuple[Indices, Indices],
    threshold: float,
) -> Parity:
    """Compares ONNX Runtime with torch on `items` and on `pairs` of positions in them.

    Raises `ExportError` if they differ by more than the tolerance.
    """
    ours = comparer_of(networks, items)
    twin = plain_copy(twin)
    theirs = twin_comparer(twin, networks.inputs, items)
    if isinstance(theirs, EmbeddingComparer):
        _check_reader(twin, networks, theirs)
    distance, their_distance = ours.pairs(*pairs), theirs.pairs(*pairs)
    difference, scale = _of_embeddings(ours, theirs)
    parity = Parity(
        items=items.count,
        pairs=len(distance),
        largest_difference=difference,
        largest_distance_difference=float(np.abs(distance - their_distance).max()),
        flipped_verdicts=int(((distance <= threshold) != (their_distance <= threshold)).sum()),
    )
    if difference is not None:
        _check("embeddings", difference, scale, parity)
    largest = max(scale, float(np.abs(their_distance).max()))
    _check("distances", parity.largest_distance_difference, largest, parity)
    return parity


def _check_reader(
    twin: Twin, networks: Networks | JointNetworks, theirs: EmbeddingComparer
) -> None:
    if isinstance(twin, EmbeddingTwin) and twin.reader is not None:
        network = ReaderNetwork(twin.reader, twin.metric)
        check_reader(network, networks.folder, torch.from_numpy(theirs.embeddings))


def _of_embeddings(ours: Comparer, theirs: Comparer) -> tuple[float | None, float]:
    """The largest difference of embeddings on either side, and their largest absolute value."""
    if not (isinstance(ours, EmbeddingComparer) and isinstance(theirs, EmbeddingComparer)):
        return None, 0.0
    sides = [(ours.embeddings, theirs.embeddings), (ours.right, theirs.right)]
    known = [(one, other) for one, other in sides if one is not None and other is not None]
    difference = max(float(np.abs(one - other).max()) for one, other in known)
    return difference, max(float(np.abs(other).max()) for _, other in known)


def _check(what: str, difference: float, scale: float, parity: Parity) -> None:
    so = f", {parity.flipped_verdicts} of {parity.pairs} verdicts change"
    check_difference("the exported network", what, difference, scale, so)
