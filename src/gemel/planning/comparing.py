"""Comparers that run a twin in torch, as used on exported networks by a matcher."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from gemel.arrays import Array, Distances, Embeddings, Packed, Side
from gemel.evaluation.comparer import Comparer, EmbeddingComparer, JointComparer
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.few_shot import Read
from gemel.inputs import Input, Inputs
from gemel.measure.compared import Compared, embeddings_of, encoded
from gemel.shapes import Items
from gemel.twin import EmbeddingTwin, JointTwin, SharedTwin, Twin


def twin_comparer(twin: Twin, inputs: Inputs, items: Compared) -> Comparer:
    """A comparer of `items` by `twin`.

    Embeddings are computed once, here; a joint tie computes each pair on demand.
    """
    if isinstance(twin, JointTwin):
        return JointComparer(items.left.fetch, items.right.fetch, _pairs_of(twin, inputs))
    assert isinstance(twin, EmbeddingTwin)
    left = encoded(_encode(twin, inputs[0], "left"), items)
    alike = isinstance(twin, SharedTwin)
    right = None if alike else encoded(_encode(twin, inputs[1], "right"), items, side="right")
    return EmbeddingComparer(left, _metric_of(twin), right)


def twin_read(twin: Twin, comparer: Comparer) -> Read | None:
    """How the twin's reader answers episodes of the comparer's items; None where it has none."""
    if not isinstance(twin, SharedTwin) or twin.reader is None:
        return None
    reader, embeddings = twin.reader, embeddings_of(comparer)
    assert embeddings is not None, "a reader has a shared tie"

    def read(episodes: Episodes) -> Distances:
        trials, ways, shots = episodes.support.shape
        support = embeddings[episodes.support.reshape(trials, -1)]
        told = np.tile(np.repeat(np.eye(ways, dtype=np.float32), shots, axis=0), (trials, 1, 1))
        tensors = _tensors((support, told, embeddings[episodes.query][:, None]), twin)
        with torch.inference_mode():
            distances: Distances = reader(twin.metric, *tensors)[:, 0].cpu().numpy()
        return distances

    return read


def _encode(twin: EmbeddingTwin, input: Input, side: Side) -> Callable[[Packed], Embeddings]:
    def encode(packed: Packed) -> Embeddings:
        items = _tensors(input.feed(packed), twin)
        with torch.inference_mode():
            embeddings: Embeddings = twin.embed(items, side).float().cpu().numpy()
        return embeddings

    return encode


def _metric_of(twin: EmbeddingTwin) -> Callable[[Embeddings, Embeddings], Distances]:
    def metric(left: Embeddings, right: Embeddings) -> Distances:
        with torch.inference_mode():
            distances: Distances = twin.metric(*_tensors((left, right), twin)).cpu().numpy()
        return distances

    return metric


def _pairs_of(twin: JointTwin, inputs: Inputs) -> Callable[[Packed, Packed], Distances]:
    def pairs(left: Packed, right: Packed) -> Distances:
        with torch.inference_mode():
            first, second = (
                _tensors(input.feed(packed), twin)
                for input, packed in zip(inputs, (left, right), strict=True)
            )
            distances: Distances = twin.pairs(first, second).cpu().numpy()
        return distances

    return pairs


def _tensors(arrays: tuple[Array, ...], twin: Twin) -> Items:
    device = next(twin.parameters()).device
    return tuple(torch.from_numpy(np.ascontiguousarray(array)).to(device) for array in arrays)
