"""The exported networks of a matcher, run by ONNX Runtime: items to embeddings to distances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, final

import numpy as np

from gemel.arrays import Array, Distances, Embeddings, Packed, Padded, padded
from gemel.errors import MatcherError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.inputs import Input, Raw

BATCH_ITEMS = 64
"""Items that are encoded at once when there are many: memory stays flat."""
FEEDS = ("items", "lengths")
"""What `encoder.onnx` calls its inputs; the second only where items differ in length."""
ENCODER, METRIC = "encoder.onnx", "metric.onnx"


@final
class Networks:
    """Encoder and metric of one folder, with the input that feeds them."""

    def __init__(self, folder: Path, reader: Input) -> None:
        self.folder = folder
        self.input = reader

    def embed(self, items: Iterable[Raw]) -> Embeddings:
        """(n, d) of raw items, in batches: memory is a batch and the result."""
        parts = [self.encode(self.read(batch)) for batch in _batches(items)]
        return np.concatenate(parts) if parts else np.empty((0, self.embedding_size), np.float32)

    @property
    def embedding_size(self) -> int:
        size: int = self._encoder.get_outputs()[0].shape[1]
        return size

    def read(self, items: Iterable[Raw]) -> Packed:
        """The items as the input packs them."""
        read = [self.input.read(item) for item in items]
        return padded(read) if self.input.varying else np.stack(read)

    def encode(self, packed: Packed) -> Embeddings:
        """(n, d) embeddings of packed items; those of a length are encoded together."""
        order = np.arange(len(packed))
        if isinstance(packed, Padded):
            order = np.argsort(packed.lengths, kind="stable")
        parts = []
        for start in range(0, len(packed), BATCH_ITEMS):
            feed = self.input.feed(packed[order[start : start + BATCH_ITEMS]])
            parts.append(self._run(self._encoder, **dict(zip(FEEDS, feed, strict=False))))
        embeddings: Embeddings = np.concatenate(parts)[np.argsort(order)]
        if not np.isfinite(embeddings).all():
            raise MatcherError(
                "embeddings must be finite numbers and some are not: the training diverged. Train "
                "again with a lower optimizer.learning_rate"
            )
        return embeddings

    def distances(self, left: Embeddings, right: Embeddings) -> Distances:
        """(b, n, d) and (b, m, d) to (b, n, m)."""
        return self._run(self._metric, left=left, right=right)

    def comparer(self, embeddings: Embeddings) -> EmbeddingComparer:
        """What protocols ask for the distances of items whose embeddings are at hand."""
        return EmbeddingComparer(embeddings, self.distances)

    @cached_property
    def _encoder(self) -> Any:
        return open_session(self.folder / ENCODER)

    @cached_property
    def _metric(self) -> Any:
        return open_session(self.folder / METRIC)

    @staticmethod
    def _run(session: Any, **inputs: Array) -> Array:
        result: Array = session.run(None, inputs)[0]
        return result


def open_session(path: Path) -> Any:
    """Of one ONNX file. Imported here so that `import gemel` stays light."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _batches(items: Iterable[Raw]) -> Iterator[list[Raw]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_ITEMS)):
        yield batch
