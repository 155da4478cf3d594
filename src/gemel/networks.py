"""The exported networks of a matcher, run by ONNX Runtime: items to embeddings to distances.

A matcher of embeddings has `encoder.onnx`, `right_encoder.onnx` too where its sides are tied
separately, and `metric.onnx`; one of a joint tie has `pair.onnx` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, final

import numpy as np

from gemel.arrays import Array, Distances, Embeddings, Packed, Padded, Side, padded
from gemel.errors import MatcherError
from gemel.inputs import Input, Raw

BATCH_ITEMS = 64
"""Items that are encoded at once when there are many: memory stays flat."""
FEEDS = ("items", "lengths")
"""What `encoder.onnx` calls its inputs; the second only where items differ in length."""
ENCODER, RIGHT_ENCODER, METRIC, PAIR = (
    "encoder.onnx",
    "right_encoder.onnx",
    "metric.onnx",
    "pair.onnx",
)


@final
class EncoderSide:
    """One side of a matcher: how its items come in, and the encoder that they go through."""

    def __init__(self, path: Path, input: Input) -> None:
        self.path = path
        self.input = input

    def embed(self, items: Iterable[Raw]) -> Embeddings:
        """(n, d) of raw items, in batches: memory is a batch and the result."""
        parts = list(self.stream(items))
        return np.concatenate(parts) if parts else np.empty((0, self.embedding_size), np.float32)

    def stream(self, items: Iterable[Raw]) -> Iterator[Embeddings]:
        """(m, d) of the next raw items, again and again: memory is one batch, however many come."""
        # Of items that differ in length more are read at once, and alike ones encoded together.
        many = BATCH_ITEMS * 16 if self.input.varying else BATCH_ITEMS
        for batch in _batches(items, many):
            yield self.encode(read(self.input, batch))

    def encode(self, packed: Packed) -> Embeddings:
        """(n, d) embeddings of packed items; those of a length are encoded together."""
        order = np.arange(len(packed))
        if isinstance(packed, Padded):
            order = np.argsort(packed.lengths, kind="stable")
        parts = []
        for start in range(0, len(packed), BATCH_ITEMS):
            feed = self.input.feed(packed[order[start : start + BATCH_ITEMS]])
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
    """The encoders and the metric of one folder; `right` is `left` where both sides share one."""

    def __init__(self, folder: Path, input: Input, right: Input | None = None) -> None:
        self.folder = folder
        self.left = EncoderSide(folder / ENCODER, input)
        self.right = self.left if right is None else EncoderSide(folder / RIGHT_ENCODER, right)

    @property
    def inputs(self) -> tuple[Input, Input]:
        """How the left and the right side read items."""
        return self.left.input, self.right.input

    def side(self, side: Side) -> EncoderSide:
        return self.left if side == "left" else self.right

    def distance(self, left: Raw, right: Raw) -> float:
        """Of two raw items. One by one: it must not depend on what they were encoded beside."""
        first, second = self.left.embed([left]), self.right.embed([right])
        return float(self.distances(first[None], second[None])[0, 0, 0])

    def distances(self, left: Embeddings, right: Embeddings) -> Distances:
        """(b, n, d) and (b, m, d) to (b, n, m)."""
        return _run(self._metric, left=left, right=right)

    @cached_property
    def _metric(self) -> Any:
        return open_session(self.folder / METRIC)


@final
class JointNetworks:
    """The one network of a joint tie: two items go in together, and there are no embeddings."""

    def __init__(self, folder: Path, left: Input, right: Input) -> None:
        self.folder = folder
        self.inputs = (left, right)

    def distance(self, left: Raw, right: Raw) -> float:
        """Of two raw items, by themselves."""
        first, second = (
            read(input, [item]) for input, item in zip(self.inputs, (left, right), strict=True)
        )
        return float(self.distances(first, second)[0])

    def distances(self, left: Packed, right: Packed) -> Distances:
        """(n,) the distance of each packed item to the one at its place on the other side."""
        found = []
        for start in range(0, len(left), BATCH_ITEMS):
            chunk = slice(start, start + BATCH_ITEMS)
            (first,), (second,) = (
                input.feed(side[chunk])
                for input, side in zip(self.inputs, (left, right), strict=True)
            )
            found.append(_run(self._pair, left=first, right=second))
        return _finite(np.concatenate(found), "distances")

    @cached_property
    def _pair(self) -> Any:
        return open_session(self.folder / PAIR)


def read(input: Input, items: Iterable[Raw]) -> Packed:
    """The items as their input packs them."""
    read = [input.read(item) for item in items]
    return padded(read) if input.varying else np.stack(read)


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
    """A session of one ONNX file. Imports the runtime here, so that `import gemel` stays light."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _batches(items: Iterable[Raw], many: int) -> Iterator[list[Raw]]:
    remaining = iter(items)
    while batch := list(islice(remaining, many)):
        yield batch
