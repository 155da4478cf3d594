"""Runs the exported reader of a matcher, with ONNX Runtime.

`reader.onnx` holds the reader with its metric. It takes embeddings, so every item is encoded once,
however many episodes it is in.
"""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from gemel.arrays import Array, Distances, Embeddings, slices
from gemel.evaluation.comparer import CHUNK_FLOATS
from gemel.evaluation.episodes import Episodes
from gemel.matcher.networks import open_session
from gemel.progress import Progress, Silent, told_if_long

READER = "reader.onnx"


@final
class EpisodeReader:
    """Distances of queries to classes for `score_episodes`, in place of mean distances."""

    def __init__(self, path: Path, embeddings: Embeddings, progress: Progress = Silent()) -> None:
        self.embeddings = embeddings
        self.progress = progress
        self.session = open_session(path)

    def __call__(self, episodes: Episodes) -> Distances:
        """(t, ways) distances of each trial's query to each of its classes."""
        _, ways, shots = episodes.support.shape
        support_labels = np.repeat(np.eye(ways, dtype=np.float32), shots, axis=0)
        step = max(1, CHUNK_FLOATS // (ways * shots * max(self.embeddings.shape[1], ways)))
        chunks = slices(len(episodes.query), step)
        parts = []
        with told_if_long(self.progress, "reading episodes", len(chunks)) as stage:
            for done, chunk in enumerate(chunks, 1):
                support = episodes.support[chunk].reshape(-1, ways * shots)
                query = self.embeddings[episodes.query[chunk], None]
                parts.append(self.read(self.embeddings[support], support_labels, query)[:, 0])
                stage.advance(done)
        return np.concatenate(parts)

    def read(self, support: Embeddings, support_labels: Array, query: Embeddings) -> Distances:
        """(b, n, d) examples with labels (n, w) and (b, q, d) queries to (b, q, w) distances."""
        each = np.broadcast_to(support_labels, (len(support), *support_labels.shape))
        inputs = {"support": support, "told": np.ascontiguousarray(each), "query": query}
        result: Distances = self.session.run(None, inputs)[0]
        return result
