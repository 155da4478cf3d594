"""The matcher, the fitted object that compares two items; `matcher_file` describes its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import final

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict

from gemel.arrays import Distances, Embeddings, Floats, Side
from gemel.calibration import Threshold, parse_target
from gemel.episode_reader import READER, EpisodeReader
from gemel.errors import ItemError, RecipeError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.inputs import Input, Raw, kind_of
from gemel.matcher_file import OWN, MatcherFile, Tie, read_matcher_file
from gemel.networks import EncoderSide, JointNetworks, Networks
from gemel.progress import Progress, Silent
from gemel.recall import MEMORY, Recall


@final
class Verdict(BaseModel):
    """Whether two items are the same, with its probability and the error rates of the threshold.

    `probability` is that of *same*, if a share `prior` of all pairs are. `threshold` was set for
    `target` on validation pairs, `impostors` different and `genuine` matching ones of `labels`
    labels, where its false-accept and false-reject rates were `far` and `frr`. The 95 % intervals
    estimate these rates for new labels. `far_skilled` is the false-accept rate of skilled
    forgeries, if the matcher was calibrated on some.
    """

    model_config = ConfigDict(frozen=True)

    same: bool
    probability: float
    distance: float
    threshold: float
    target: str
    far: float
    frr: float
    far_interval: tuple[float, float] | None
    frr_interval: tuple[float, float] | None
    impostors: int
    genuine: int
    labels: int | None
    prior: float
    matcher: str
    far_skilled: float | None = None
    far_skilled_interval: tuple[float, float] | None = None
    score: float | None = None
    """The predicted grade, on the scale of the training data, if the pairs were graded."""

    def __bool__(self) -> bool:
        """`same`, so that `if matcher.compare(a, b)` works as expected."""
        return self.same


@final
class Matcher:
    """A loaded matcher. Runs on NumPy and ONNX Runtime, without torch.

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
        self.networks = networks_of(path, file.tie, file.input, file.right_input or file.input)

    def __reduce__(self) -> tuple[Callable[..., Matcher], tuple[Path, str | None]]:
        """Pickles the path: other processes load this matcher from its folder, or none."""
        return _unpickled, (self.path.resolve(), self.file.sha256.get(OWN))

    def __repr__(self) -> str:
        return f"Matcher({str(self.path)!r}, {self.file.encoder} with {self.file.metric})"

    def compare(
        self, left: Raw, right: Raw, *, target: str | None = None, prior: float | None = None
    ) -> Verdict:
        """Decides whether two items are the same.

        Items are whatever the input reads: for pictures a path, bytes, an array or a Pillow image.
        `target` selects one of the matcher's thresholds (`eer`, `far=0.01`, …); `prior` is the
        share of all pairs that are the same. Raises `ItemError` for an item that cannot be read,
        and `RecipeError` for a target without a threshold or a `prior` outside 0–1.
        """
        threshold = self.threshold(target)
        prior = self.file.prior if prior is None else prior
        distance = np.float32(self.networks.distance(*self._placed(left, right)))
        curve = self.file.scores
        return Verdict(
            same=bool(distance <= threshold.distance),
            probability=float(self.probability(np.array([distance]), prior)[0]),
            distance=float(distance),
            threshold=threshold.distance,
            target=threshold.target,
            far=threshold.far,
            frr=threshold.frr,
            far_interval=threshold.far_interval,
            frr_interval=threshold.frr_interval,
            impostors=threshold.impostors,
            genuine=threshold.genuine,
            labels=threshold.labels,
            prior=prior,
            matcher=self.file.name,
            far_skilled=threshold.far_skilled,
            far_skilled_interval=threshold.far_skilled_interval,
            score=None if curve is None else float(curve.score(np.array([distance]))[0]),
        )

    @property
    def order(self) -> str:
        """A sentence on which item is the left one; empty if the order does not matter."""
        kinds = (self.file.input.kind, (self.file.right_input or self.file.input).kind)
        if kinds[0] != kinds[1]:
            return (
                f"Of the two, the {kinds[0]} was taken as the left item and the {kinds[1]} as the "
                "right one."
            )
        if self.file.tie == "separate":
            return (
                "The first was taken as the left item and the second as the right: each side has "
                "an encoder of its own, so exchanging them may change the verdict."
            )
        return ""

    def _placed(self, left: Raw, right: Raw) -> tuple[Raw, Raw]:
        """The items, exchanged if each is of the other side's kind."""
        kinds = (self.file.input.kind, (self.file.right_input or self.file.input).kind)
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
        has no embeddings; `ItemError` for a single item in place of several.
        """
        encoder = self.embedder(side)
        return encoder.embed(_several(items, encoder.input))

    def embed_stream(self, items: Iterable[Raw], side: Side | None = None) -> Iterator[Embeddings]:
        """Like `embed`, for any number of items: yields the embeddings in batches, in order."""
        encoder = self.embedder(side)
        return encoder.stream(_several(items, encoder.input))

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
        if not (isinstance(prior, Real) and 0 < prior < 1):
            raise RecipeError(f"prior must be a share between 0 and 1, got {prior!r}: give one")
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
            raise RecipeError(f"side must be left or right, got {side!r}: give one of these")
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


def _several(items: Iterable[Raw], input: Input) -> Iterable[Raw]:
    """Refuses a single path or picture, which could be iterated over by mistake."""
    one = isinstance(items, str | bytes | Path | Image.Image)
    if input.kind == "image" and isinstance(items, np.ndarray):
        one = items.ndim < 3 or (items.ndim == 3 and items.shape[-1] in (1, 3, 4))
    if input.kind == "series" and isinstance(items, np.ndarray):
        # The rows of a table are sequences where each has one column, and else samples of one.
        samples = len(input.columns) > 1 or items.shape[-1] == 1
        one = items.ndim < 2 or (items.ndim == 2 and samples)
    if one:
        raise ItemError("embed takes several items, got one: write it in brackets, as [item]")
    if not isinstance(items, Iterable):
        raise ItemError(f"embed takes several items, as a list of them, got {items!r}")
    return items


def load(path: str | PathLike[str]) -> Matcher:
    """Loads a matcher from its folder, or from the folder of its run.

    Raises `MatcherError` if it is missing, damaged, altered or of a newer format.

    >>> load("runs/digits").threshold().target
    'eer'
    """
    return Matcher(*read_matcher_file(path))


def _unpickled(path: Path, own: str | None) -> Matcher:
    return Matcher(*read_matcher_file(path, own))


def networks_of(folder: Path, tie: Tie, left: Input, right: Input) -> Networks | JointNetworks:
    """The networks in a matcher's folder; `left` and `right` are the inputs of the two sides."""
    match tie:
        case "shared":
            return Networks(folder, left)
        case "separate":
            return Networks(folder, left, right)
        case "joint":
            return JointNetworks(folder, left, right)
