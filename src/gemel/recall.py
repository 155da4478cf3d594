"""The exported memory of a matcher, run by ONNX Runtime step by step through sequences."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from gemel.arrays import Array, Codes, Distances, Embeddings
from gemel.errors import RecipeError
from gemel.evaluation.few_shot import Episodes
from gemel.evaluation.sequences import Sequences
from gemel.networks import open_session

MEMORY = "memory.onnx"
MEMORY_WEIGHTS = "memory.safetensors"
AT_ONCE = 250
"""Sequences that are walked through side by side: a state may have thousands of numbers."""


@final
class Recall:
    """Names items, by their embeddings, in the light of those before them.

    `sequences` is what the protocol of that name asks, `episodes` what few-shot asks: an episode is
    read as a sequence in which the examples come first, in random order, and the query last.
    """

    def __init__(self, path: Path, embeddings: Embeddings) -> None:
        self.embeddings = embeddings
        self.session = open_session(path)
        sizes = {given.name: given.shape[1] for given in self.session.get_inputs()}
        self.ways, self.state_size = int(sizes["told"]), int(sizes["state"])

    def sequences(self, drawn: Sequences) -> Distances:
        """(s, t, ways) the distance of each item to each class, told of those before it alone.

        Raises `RecipeError` for more ways than the memory tells apart.
        """
        self._check(int(drawn.classes.max()) + 1)
        parts = [
            self.walk(self.embeddings[items], classes)
            for items, classes in zip(_chunks(drawn.items), _chunks(drawn.classes), strict=True)
        ]
        return np.concatenate(parts)

    def episodes(self, drawn: Episodes, seed: int = 0) -> Distances:
        """(t, ways) the distance of each query to each way; `RecipeError` for too many ways.

        `seed` decides in which order the examples are read.
        """
        trials, ways, shots = drawn.support.shape
        self._check(ways)
        order = np.random.default_rng(seed).permuted(
            np.tile(np.arange(ways * shots), (trials, 1)), axis=1
        )
        support = np.take_along_axis(drawn.support.reshape(trials, -1), order, 1)
        # What the last item is of is told to nobody: the sequence ends with it.
        unasked = np.zeros((trials, 1), np.int64)
        items = np.concatenate([support, drawn.query[:, None]], 1)
        classes = np.concatenate([order // shots, unasked], 1)
        return self.sequences(Sequences(items, classes))[:, -1, :ways]

    def _check(self, ways: int) -> None:
        if ways > self.ways:
            raise RecipeError(
                f"this memory was trained to tell {self.ways} classes apart, and {ways} were asked "
                f"for: ask with --ways {self.ways} or fewer"
            )

    def walk(self, items: Embeddings, classes: Codes) -> Distances:
        """(b, t, d) items in time and their classes (b, t) to (b, t, ways)."""
        told = np.zeros((len(items), self.ways), np.float32)
        state = np.zeros((len(items), self.state_size), np.float32)
        answers = []
        for place in range(items.shape[1]):
            feed = {"items": np.ascontiguousarray(items[:, place]), "told": told, "state": state}
            distance, state = self.session.run(["distances", "after"], feed)
            answers.append(distance)
            told = np.eye(self.ways, dtype=np.float32)[classes[:, place]]
        return np.stack(answers, 1)


def _chunks(rows: Array) -> list[Array]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
