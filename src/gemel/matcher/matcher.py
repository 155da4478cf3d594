"""The matcher: compares two items, embeds items, and gives distances their meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import final

import numpy as np

from gemel.arrays import Distances, Embeddings, Floats, Side
from gemel.calibration import Threshold, parse_target
from gemel.errors import ItemError, RecipeError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.inputs import Kind, Raw, kind_of
from gemel.inputs.several import several
from gemel.matcher.episode_reader import READER, EpisodeReader
from gemel.matcher.file import OWN, MatcherFile, read_matcher_file
from gemel.matcher.networks import EncoderSide, JointNetworks, Networks, networks_of
from gemel.matcher.recall import MEMORY, Recall
from gemel.matcher.verdict import Verdict
from gemel.progress import Progress, Silent


@final
class Matcher:
    """A loaded matcher. Runs on NumPy and ONNX Runtime, without torch.

    `path` is its folder, and `file` what `matcher.json` says of it.

    >>> import numpy as np
    >>> matcher = load("runs/digits")
    >>> picture = np.zeros((8, 8), np.uint8)
    >>> verdict = matcher.compare(picture, picture)
    >>> verdict.same, verdict.distance <= verdict.threshold
    (True, True)
    >>> matcher.embed([picture, picture]).shape
    (2, 128)
    """

    def __init__(self, path: Path, file: MatcherFile) -> None:
        self.path = path
        self.file = file
        self.networks = networks_of(path, file.tie, *file.inputs)

    def __reduce__(self) -> tuple[Callable[..., Matcher], tuple[Path, str | None]]:
        """Pickles the path: other processes load this matcher from its folder, or none."""
        return _unpickled, (self.path.resolve(), self.file.sha256.get(OWN))

    def __repr__(self) -> str:
        return f"Matcher({str(self.path)!r}, {self.file.encoder} with {self.file.metric})"

    def compare(
        self, left: Raw, right: Raw, *, target: str | None = None, prior: float | None = None
    ) -> Verdict:
        """Decides whether two items are the same.

        Items are whatever the input reads: for pictures a path, bytes, an array or a Pillow image;
        for sequences a path, bytes, an array, or a data frame or dict, which names the channels;
        for texts a string, or the `Path` of a text file.
        `target` selects one of the matcher's thresholds (`eer`, `far=0.01`, …); `prior` is the
        share of all pairs that are the same. Raises `ItemError` for an item that cannot be read,
        and `RecipeError` for a target without a threshold or a `prior` outside 0–1.
        """
        threshold = self.threshold(target)
        prior = self.file.prior if prior is None else prior
        distance = np.array([self.networks.distance(*self._placed(left, right))], np.float32)
        curve = self.file.scores
        return Verdict(
            same=bool(distance[0] <= threshold.distance),
            probability=float(self.probability(distance, prior)[0]),
            distance=float(distance[0]),
            threshold=threshold.distance,
            prior=prior,
            matcher=self.file.name,
            score=None if curve is None else float(curve.score(distance)[0]),
            **threshold.model_dump(exclude={"distance"}),
        )

    @property
    def _kinds(self) -> tuple[Kind, Kind]:
        left, right = self.file.inputs
        return left.kind, right.kind

    @property
    def side_notice(self) -> str:
        """A sentence on which item is the left one; empty if the order does not matter."""
        left, right = self._kinds
        if left != right:
            return (
                f"Of the two, the {left} was taken as the left item and the {right} as the right "
                "one."
            )
        if self.file.tie == "separate" or self.file.right_input is not None:
            own = "an encoder" if self.file.tie == "separate" else "a way of reading"
            return (
                "The first was taken as the left item and the second as the right: each side has "
                f"{own} of its own, so exchanging them may change the verdict."
            )
        return ""

    def _placed(self, left: Raw, right: Raw) -> tuple[Raw, Raw]:
        """The items, exchanged if each is of the other side's kind."""
        kinds = self._kinds
        given = (kind_of(left), kind_of(right))
        if kinds[0] == kinds[1] or None in given or given == kinds:
            return left, right
        if given == kinds[::-1]:
            return right, left
        raise ItemError(
            f"{self.file.name} compares an item of the kind {kinds[0]} with one of the kind "
            f"{kinds[1]}, got {given[0]} and {given[1]}: give one of each"
        )

    def threshold(self, target: str | None = None) -> Threshold:
        """The threshold for a target, by default the matcher's own.

        Raises `RecipeError` for a target without a threshold.
        """
        if target is None:
            return self.file.thresholds[0]
        wanted = parse_target(str(target).lower()).text
        for threshold in self.file.thresholds:
            if threshold.target == wanted:
                return threshold
        available = ", ".join(threshold.target for threshold in self.file.thresholds)
        raise RecipeError(
            f"this matcher has thresholds for {available}, and none for {target!r}: train with "
            f"--set calibration.target={wanted}; with --resume --out RUN, a finished run gets one "
            "without being trained again"
        )

    def reader(self, embeddings: Embeddings, progress: Progress = Silent()) -> EpisodeReader | None:
        """The reader of episodes of items with these embeddings; None if the matcher has none."""
        if self.file.reader is None:
            return None
        return EpisodeReader(self.path / READER, embeddings, progress)

    def recall(self, embeddings: Embeddings) -> Recall | None:
        """The memory for items with these embeddings; None if the matcher has none."""
        if self.file.memory is None:
            return None
        return Recall(self.path / MEMORY, embeddings)

    def embed(self, items: Iterable[Raw], side: Side | None = None) -> Embeddings:
        """Embeddings (n, d) of n items, encoded in batches.

        `side` selects the encoder if each side has its own. Raises `RecipeError` if it is then
        missing, given where both share one, or neither left nor right, or for a joint tie, which
        has no embeddings; `ItemError` for a single item in place of several, or one that cannot be
        read.
        """
        encoder = self.embedder(side)
        return encoder.embed(several(items, encoder.input))

    def embed_stream(self, items: Iterable[Raw], side: Side | None = None) -> Iterator[Embeddings]:
        """Like `embed`, for any number of items: yields the embeddings in batches, in order."""
        encoder = self.embedder(side)
        return encoder.stream(several(items, encoder.input))

    def distances(self, left: Embeddings, right: Embeddings) -> Distances:
        """Distances (n, m) of left embeddings (n, d) to right ones (m, d).

        They are comparable to the `distance` of `compare` and to thresholds. Computed in blocks.
        Raises `RecipeError` for a joint tie, `ItemError` for arrays of another shape or embeddings
        that are not finite.
        """
        networks = self.embedding_networks("distance of two embeddings")
        wanted = self.file.embedding_size
        for each in (left, right):
            if np.ndim(each) != 2 or np.shape(each)[1] != wanted:
                raise ItemError(
                    f"embeddings must be (n, {wanted}) as embed gives them, got {np.shape(each)}: "
                    "a single one is written [embedding]"
                )
        first, second = (np.ascontiguousarray(each, np.float32) for each in (left, right))
        if not (np.isfinite(first).all() and np.isfinite(second).all()):
            raise ItemError("embeddings must be finite numbers, as embed gives them")
        comparer = EmbeddingComparer(first, networks.distances, second)
        return comparer.cross(np.arange(len(first)), np.arange(len(second)))

    def probability(self, distance: Distances, prior: float | None = None) -> Floats:
        """The probability of *same* for distances of any shape, if a share `prior` of pairs are.

        Raises `RecipeError` for a prior outside 0–1.

        >>> matcher = load("runs/digits")
        >>> near, far = matcher.probability(np.array([0.0, 1.5]))
        >>> bool(near > 0.5 > far)
        True
        """
        prior = self.file.prior if prior is None else prior
        return self.file.calibration.probability(np.asarray(distance, np.float32), prior)

    def embedder(self, side: Side | None = None) -> EncoderSide:
        """The encoder of a side with its input; raises like `embed`."""
        networks = self.embedding_networks("embedding of one item")
        if networks.left is not networks.right and side is None:
            raise RecipeError(
                f"{self.file.name} has an encoder for each side, so say which is wanted: left "
                f"({self.file.encoder}) or right ({self.file.right_encoder})"
            )
        if side not in (None, "left", "right"):
            raise RecipeError(f"side must be left or right, got {side!r}: name one of the two")
        if side and networks.left is networks.right:
            raise RecipeError(
                f"{self.file.name} has one encoder for both sides, got side={side}: leave it out"
            )
        return networks.side(side or "left")

    def embedding_networks(self, purpose: str) -> Networks:
        """The encoders and metric; `RecipeError`, naming `purpose`, for a joint tie."""
        if isinstance(self.networks, JointNetworks):
            raise RecipeError(
                f"{self.file.name} has a joint tie, which looks at both items of a pair at once, "
                f"and so there is no {purpose}: train with tie=shared or tie=separate for that"
            )
        return self.networks


def load(path: str | PathLike[str]) -> Matcher:
    """Loads a matcher from its folder, or from the folder of its run.

    Raises `MatcherError` if it is missing, damaged, altered or of a newer format.

    >>> load("runs/digits").threshold().target
    'eer'
    """
    return Matcher(*read_matcher_file(path))


def _unpickled(path: Path, own: str | None) -> Matcher:
    return Matcher(*read_matcher_file(path, own))
