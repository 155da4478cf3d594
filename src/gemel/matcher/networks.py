"""Runs the exported networks of a matcher, with ONNX Runtime: items to embeddings to distances.

A matcher has `encoder.onnx` and `metric.onnx`, with a separate tie also `right_encoder.onnx`; with
a joint tie it has `pair.onnx` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias, final

import numpy as np

from gemel.arrays import Array, Distances, Embeddings, Packed, Padded, Side, padded, slices
from gemel.errors import MatcherError
from gemel.inputs import Input, Inputs, Raw

BATCH_ITEMS = 64
"""Items encoded at once, which bounds memory."""
FEEDS = ("items", "lengths")
"""Input names of `encoder.onnx`; the second only if items differ in length."""
ENCODER, RIGHT_ENCODER, METRIC, PAIR = (
    "encoder.onnx",
    "right_encoder.onnx",
    "metric.onnx",
    "pair.onnx",
)

Tie: TypeAlias = Literal["shared", "separate", "joint"]
"""One encoder for both sides, one for each, or one for the pair as a whole."""


@final
class EncoderSide:
    """One side of a matcher: its input and its encoder."""

    def __init__(self, path: Path, input: Input) -> None:
        self.path = path
        self.input = input

    def embed(self, items: Iterable[Raw]) -> Embeddings:
        """(n, d) embeddings of raw items, read in batches: memory is a batch and the result."""
        parts = list(self.stream(items))
        return np.concatenate(parts) if parts else np.empty((0, self.embedding_size), np.float32)

    def stream(self, items: Iterable[Raw]) -> Iterator[Embeddings]:
        """Yields (m, d) embeddings of the next m raw items, in order: memory is one batch."""
        # Items that differ in length are read in larger batches, and encoded sorted by length.
        size = BATCH_ITEMS * 16 if self.input.varying else BATCH_ITEMS
        for batch in _batches(items, size):
            yield self.encode(read(self.input, batch))

    def encode(self, packed: Packed) -> Embeddings:
        """(n, d) embeddings of packed items, encoded in batches of similar length."""
        order = np.arange(len(packed))
        if isinstance(packed, Padded):
            order = np.argsort(packed.lengths, kind="stable")
        parts = []
        for chunk in slices(len(packed), BATCH_ITEMS):
            feed = self.input.feed(packed[order[chunk]])
            parts.append(_run(self._encoder, **dict(zip(FEEDS, feed, strict=False))))
        return _finite(np.concatenate(parts)[np.argsort(order)], "embeddings")

    @property
    def embedding_size(self) -> int:
        size: int = self._encoder.get_outputs()[0].shape[1]
        return size

    @cached_property
    def _encoder(self) -> Any:
        return open_session(self.path)


@final
class Networks:
    """The encoders and metric in a folder; `right` is `left` if both sides share an encoder."""

    def __init__(self, folder: Path, input: Input, right: Input | None = None) -> None:
        self.folder = folder
        self.left = EncoderSide(folder / ENCODER, input)
        self.right = self.left if right is None else EncoderSide(folder / RIGHT_ENCODER, right)

    @property
    def inputs(self) -> Inputs:
        return self.left.input, self.right.input

    def side(self, side: Side) -> EncoderSide:
        return self.left if side == "left" else self.right

    def distance(self, left: Raw, right: Raw) -> float:
        """The distance of two raw items, each encoded alone: independent of any batch.

        Exactly symmetric if both sides share an encoder: an optimised graph adds the terms of the
        two sides in an order of its own, so the embeddings are put in one order first.
        """
        first, second = self.left.embed([left]), self.right.embed([right])
        if self.right is self.left and second.tobytes() < first.tobytes():
            first, second = second, first
        return float(self.distances(first[None], second[None])[0, 0, 0])

    def distances(self, left: Embeddings, right: Embeddings) -> Distances:
        """(b, n, d) and (b, m, d) embeddings to (b, n, m)."""
        return _run(self._metric, left=left, right=right)

    @cached_property
    def _metric(self) -> Any:
        return open_session(self.folder / METRIC)


@final
class JointNetworks:
    """The network of a joint tie, which takes both items of a pair and has no embeddings."""

    def __init__(self, folder: Path, left: Input, right: Input) -> None:
        self.folder = folder
        self.inputs = (left, right)

    def distance(self, left: Raw, right: Raw) -> float:
        """The distance of two raw items."""
        first, second = (
            read(input, [item]) for input, item in zip(self.inputs, (left, right), strict=True)
        )
        return float(self.distances(first, second)[0])

    def distances(self, left: Packed, right: Packed) -> Distances:
        """(n,) distances of left[i] to right[i], of packed items."""
        parts = []
        for chunk in slices(len(left), BATCH_ITEMS):
            (first,), (second,) = (
                input.feed(side[chunk])
                for input, side in zip(self.inputs, (left, right), strict=True)
            )
            parts.append(_run(self._pair, left=first, right=second))
        return _finite(np.concatenate(parts), "distances")

    @cached_property
    def _pair(self) -> Any:
        return open_session(self.folder / PAIR)


def networks_of(folder: Path, tie: Tie, left: Input, right: Input) -> Networks | JointNetworks:
    """The networks in a matcher's folder; `left` and `right` are the inputs of the two sides."""
    match tie:
        case "shared":
            return Networks(folder, left)
        case "separate":
            return Networks(folder, left, right)
        case "joint":
            return JointNetworks(folder, left, right)


def read(input: Input, items: Iterable[Raw]) -> Packed:
    """Reads and packs raw items; there must be at least one."""
    arrays = [input.read(item) for item in items]
    return padded(arrays) if input.varying else np.stack(arrays)


def _finite(numbers: Array, what: str) -> Array:
    if not np.isfinite(numbers).all():
        raise MatcherError(
            f"{what} must be finite numbers and some are not: the training diverged. Train again "
            "with a lower optimizer.learning_rate"
        )
    return numbers


def _run(session: Any, **inputs: Array) -> Array:
    result: Array = session.run(None, inputs)[0]
    return result


def open_session(path: Path) -> Any:
    """Opens an ONNX file for inference on the CPU."""
    import onnxruntime  # here, so that `import gemel` stays fast

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _batches(items: Iterable[Raw], size: int) -> Iterator[list[Raw]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
