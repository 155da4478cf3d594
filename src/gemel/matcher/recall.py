"""Runs the exported memory of a matcher over sequences, with ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from gemel.arrays import Codes, Distances, Embeddings, slices
from gemel.errors import RecipeError
from gemel.evaluation.episodes import Episodes
from gemel.evaluation.sequences import Sequences
from gemel.matcher.networks import open_session

MEMORY = "memory.onnx"
MEMORY_WEIGHTS = "memory.safetensors"
AT_ONCE = 250
"""Sequences processed in parallel; bounds memory, as a state may have thousands of numbers."""


@final
class Recall:
    """Classifies items of sequences, by their embeddings, with a matcher's memory.

    `sequences` serves the protocol of that name and `episodes` few-shot: an episode becomes a
    sequence of its examples, in random order, followed by the query.
    """

    def __init__(self, path: Path, embeddings: Embeddings) -> None:
        self.embeddings = embeddings
        self.session = open_session(path)
        sizes = {given.name: given.shape[1] for given in self.session.get_inputs()}
        self.ways, self.state_size = int(sizes["told"]), int(sizes["state"])

    def sequences(self, drawn: Sequences) -> Distances:
        """(s, t, ways) distances of each item to each class, given only the items before it.

        Raises `RecipeError` for more ways than the memory was trained for.
        """
        self._check(int(drawn.classes.max()) + 1)
        parts = [
            self.walk(self.embeddings[drawn.items[chunk]], drawn.classes[chunk])
            for chunk in slices(len(drawn.items), AT_ONCE)
        ]
        return np.concatenate(parts)

    def episodes(self, drawn: Episodes, seed: int = 0) -> Distances:
        """(t, ways) distances of each trial's query to each class.

        `seed` shuffles the examples. Raises `RecipeError` for more ways than the memory was trained
        for.
        """
        trials, ways, shots = drawn.support.shape
        self._check(ways)
        order = np.random.default_rng(seed).permuted(
            np.tile(np.arange(ways * shots), (trials, 1)), axis=1
        )
        support = np.take_along_axis(drawn.support.reshape(trials, -1), order, 1)
        # The query's class is never given to the memory, as the sequence ends with the query.
        placeholder = np.zeros((trials, 1), np.int64)
        items = np.concatenate([support, drawn.query[:, None]], 1)
        classes = np.concatenate([order // shots, placeholder], 1)
        return self.sequences(Sequences(items, classes))[:, -1, :ways]

    def _check(self, ways: int) -> None:
        if ways > self.ways:
            raise RecipeError(
                f"this memory was trained to tell {self.ways} classes apart, and {ways} were asked "
                f"for: use --ways {self.ways} or fewer"
            )

    def walk(self, items: Embeddings, classes: Codes) -> Distances:
        """(b, t, d) embeddings in order and their classes (b, t) to (b, t, ways) distances."""
        told = np.zeros((len(items), self.ways), np.float32)
        state = np.zeros((len(items), self.state_size), np.float32)
        distances = []
        for step in range(items.shape[1]):
            feed = {"items": np.ascontiguousarray(items[:, step]), "told": told, "state": state}
            distance, state = self.session.run(["distances", "after"], feed)
            distances.append(distance)
            told = np.eye(self.ways, dtype=np.float32)[classes[:, step]]
        return np.stack(distances, 1)
