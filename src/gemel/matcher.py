"""The fitted thing that users load: input, encoders, metric, calibration, thresholds, provenance.

A folder of its own, readable without torch:

    matcher.json          everything that is not weights, and the SHA-256 of the other files
    encoder.onnx          items (n, …) float32 to embeddings (n, d)
    right_encoder.onnx    the same for the right side, where the two are tied separately
    metric.onnx           embeddings (b, n, d) and (b, m, d) to distances (b, n, m)
    reader.onnx           where the recipe has a reader: an episode's examples to distances
    pair.onnx             of a joint tie, in place of these: two times items (n, …) to distances
    weights.safetensors   the same weights for torch, to train on from
    memory.onnx           where the recipe has a memory: one step of it, with memory.safetensors
    tokenizer.json        for texts: the vocabulary, as the library `tokenizers` writes it
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gemel.arrays import Embeddings
from gemel.calibration import Calibration, ScoreCurve, Threshold
from gemel.episode_reader import READER, EpisodeReader
from gemel.errors import ItemError, MatcherError, RecipeError
from gemel.inputs import Input, Raw, kind_of
from gemel.networks import (
    ENCODER,
    METRIC,
    PAIR,
    RIGHT_ENCODER,
    EncoderSide,
    JointNetworks,
    Networks,
    Side,
)
from gemel.recall import MEMORY, MEMORY_WEIGHTS, Recall
from gemel.whole_file import write_text

FORMAT = 1
WEIGHTS = "weights.safetensors"
TOKENIZER = "tokenizer.json"

Tie: TypeAlias = Literal["shared", "separate", "joint"]

FILES: Mapping[Tie, tuple[str, ...]] = {
    "shared": (ENCODER, METRIC, WEIGHTS),
    "separate": (ENCODER, RIGHT_ENCODER, METRIC, WEIGHTS),
    "joint": (PAIR, WEIGHTS),
}
"""What a matcher of each tie consists of, beside `matcher.json`."""


@final
class MatcherFile(BaseModel):
    """`matcher.json`. `right_input` and `right_encoder` are there where the sides have their own;
    `embedding_size` is 0 where a joint tie leaves items without embeddings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    name: str
    input: Input
    right_input: Input | None = None
    tie: Tie
    encoder: str
    right_encoder: str | None = None
    metric: str
    reader: str | None = None
    """What answers few-shot in the light of all examples, where it is not the metric alone."""
    memory: str | None = None
    """What names the items of a sequence by those before them, where the recipe has one."""
    embedding_size: int
    calibration: Calibration
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1)]
    """The first is the one that verdicts use unless told otherwise."""
    prior: Annotated[float, Field(gt=0, lt=1)]
    scores: ScoreCurve | None = None
    """Of a matcher that learned from graded pairs."""
    provenance: Mapping[str, Any]
    sha256: Mapping[str, str]


@final
class Verdict(BaseModel):
    """The answer about two items: same or different, how sure, and how often that is wrong.

    `probability` is of being the same where `prior` of all pairs are. `far` and `frr` are the
    error rates of `threshold` on validation pairs, which it was set on for `target`.
    """

    model_config = ConfigDict(frozen=True)

    same: bool
    probability: float
    distance: float
    threshold: float
    target: str
    far: float
    frr: float
    prior: float
    matcher: str
    score: float | None = None
    """On the scale of the graded pairs that the matcher learned from, if it did."""


@final
class Matcher:
    """A loaded matcher. Needs NumPy and ONNX Runtime, never torch.

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

    def __repr__(self) -> str:
        return f"Matcher({str(self.path)!r}, {self.file.encoder} with {self.file.metric})"

    def compare(
        self,
        left: Raw,
        right: Raw,
        *,
        target: str | None = None,
        prior: float | None = None,
    ) -> Verdict:
        """Whether two items are the same.

        Takes whatever the input reads: for pictures a path, bytes, an array or a Pillow image.
        `target` names one of the matcher's thresholds (`eer`, `far=0.01`, …), `prior` how many of
        all pairs are the same. Raises `ItemError` for an item that cannot be read, `RecipeError`
        for a target that the matcher does not hold.
        """
        threshold = self.threshold(target)
        prior = self.file.prior if prior is None else prior
        if not 0 < prior < 1:
            raise RecipeError(f"the prior is a share between 0 and 1, got {prior}")
        distance = np.float32(self.networks.distance(*self._placed(left, right)))
        curve = self.file.scores
        return Verdict(
            same=bool(distance <= threshold.distance),
            probability=float(self.file.calibration.probability(np.array([distance]), prior)[0]),
            distance=float(distance),
            threshold=threshold.distance,
            target=threshold.target,
            far=threshold.far,
            frr=threshold.frr,
            prior=prior,
            matcher=self.file.name,
            score=None if curve is None else float(curve.score(np.array([distance]))[0]),
        )

    @property
    def order(self) -> str:
        """What the order of two items means, in a sentence; empty where it means nothing."""
        kinds = (self.file.input.kind, (self.file.right_input or self.file.input).kind)
        if kinds[0] != kinds[1]:
            return (
                f"Of the two, the {kinds[0]} was taken as the left item and the {kinds[1]} as the "
                "right one."
            )
        if self.file.tie == "separate":
            return (
                "The first was taken as the left item and the second as the right: each side has "
                "an encoder of its own, so the other way round is another question."
            )
        return ""

    def _placed(self, left: Raw, right: Raw) -> tuple[Raw, Raw]:
        """Each item on the side of its kind; as given where both sides take one kind."""
        kinds = (self.file.input.kind, (self.file.right_input or self.file.input).kind)
        given = (kind_of(left), kind_of(right))
        if kinds[0] == kinds[1] or None in given or given == kinds:
            return left, right
        if given == kinds[::-1]:
            return right, left
        raise ItemError(
            f"{self.file.name} compares an item of the kind {kinds[0]} with one of the kind "
            f"{kinds[1]}, and both are of the kind {given[0]}: give one of each"
        )

    def threshold(self, target: str | None = None) -> Threshold:
        """The threshold set for a target, or the matcher's own; `RecipeError` for another."""
        if target is None:
            return self.file.thresholds[0]
        for threshold in self.file.thresholds:
            if threshold.target == target:
                return threshold
        held = ", ".join(threshold.target for threshold in self.file.thresholds)
        raise RecipeError(
            f"this matcher has thresholds for {held}, and none for {target!r}; a threshold for a "
            "low false-accept rate needs more validation pairs in training"
        )

    def reader(self, embeddings: Embeddings) -> EpisodeReader | None:
        """What answers episodes of items with these embeddings, where the matcher has a reader."""
        if self.file.reader is None:
            return None
        return EpisodeReader(self.path / READER, embeddings)

    def recall(self, embeddings: Embeddings) -> Recall | None:
        """The memory, to name items with these embeddings; None where the matcher has none."""
        if self.file.memory is None:
            return None
        return Recall(self.path / MEMORY, embeddings)

    def embed(self, items: Iterable[Raw], side: Side | None = None) -> Embeddings:
        """(n, d) one embedding per item, encoded in batches; memory is a batch and the result.

        `side` says which encoder, where each side has its own. Raises `RecipeError` where it is
        missing then, and where a joint tie leaves items without embeddings.
        """
        return self.embedder(side).embed(items)

    def embed_stream(self, items: Iterable[Raw], side: Side | None = None) -> Iterator[Embeddings]:
        """`embed` for any number of items: the embeddings of the next few of them, in order."""
        return self.embedder(side).stream(items)

    def embedder(self, side: Side | None = None) -> EncoderSide:
        """The encoder of a side, with its input; raises as `embed` does."""
        networks = self.embedding_networks("embedding of one item")
        if networks.left is not networks.right and side is None:
            raise RecipeError(
                f"{self.file.name} has an encoder for each side, so say which is wanted: left "
                f"({self.file.encoder}) or right ({self.file.right_encoder})"
            )
        return networks.side(side or "left")

    def embedding_networks(self, purpose: str) -> Networks:
        """The networks of a matcher whose items have embeddings; `RecipeError` for a joint tie."""
        if isinstance(self.networks, JointNetworks):
            raise RecipeError(
                f"{self.file.name} has a joint tie, which looks at both items of a pair at once, "
                f"and so there is no {purpose}: train with tie=shared or tie=separate for that"
            )
        return self.networks


def load(path: str | Path) -> Matcher:
    """A matcher from its folder, or from the folder of the run that made it.

    Raises `MatcherError` where it is missing, damaged, altered since it was written, or of a
    newer format than this Gemel reads.

    >>> load("runs/digits").threshold().target
    'eer'
    """
    folder = Path(path)
    if (folder / "matcher" / "matcher.json").is_file():
        folder = folder / "matcher"
    try:
        tree = json.loads((folder / "matcher.json").read_text("utf-8"))
    except FileNotFoundError:
        raise MatcherError(
            f"a matcher is a folder with matcher.json, and {path} has none: give a run that has "
            "finished training, or its matcher folder"
        ) from None
    except (OSError, ValueError) as error:
        raise _damaged(folder / "matcher.json", str(error)) from None
    return Matcher(folder, _checked(folder, tree))


def files_of(file: MatcherFile) -> tuple[str, ...]:
    """The files beside `matcher.json`."""
    reader = () if file.reader is None else (READER,)
    tokenizer = (TOKENIZER,) if file.input.kind == "text" else ()
    memory = () if file.memory is None else (MEMORY, MEMORY_WEIGHTS)
    return (*FILES[file.tie], *reader, *tokenizer, *memory)


def networks_of(folder: Path, tie: Tie, left: Input, right: Input) -> Networks | JointNetworks:
    """The networks of a matcher's folder; `left` and `right` read the items of each side."""
    match tie:
        case "shared":
            return Networks(folder, left)
        case "separate":
            return Networks(folder, left, right)
        case "joint":
            return JointNetworks(folder, left, right)


def seal(folder: Path, file: MatcherFile) -> None:
    """Writes `matcher.json` beside the weights of a folder, with their checksums."""
    tree = file.model_dump(mode="json")
    if TOKENIZER in files_of(file):
        write_text(folder / TOKENIZER, tree["input"]["tokenizer"])
        tree["input"]["tokenizer"] = TOKENIZER
    tree["sha256"] = {name: sha256(folder / name) for name in files_of(file)}
    write_text(folder / "matcher.json", json.dumps(tree, indent=2) + "\n")


def _checked(folder: Path, tree: Any) -> MatcherFile:
    if not isinstance(tree, dict):
        raise _damaged(folder / "matcher.json", "it holds no settings")
    version = tree.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise MatcherError(
            f"{folder} is a matcher of format {version}, and this Gemel reads up to {FORMAT}: "
            "pip install --upgrade gemel"
        )
    reader = tree.get("input")
    if isinstance(reader, dict) and "tokenizer" in reader and (folder / TOKENIZER).is_file():
        reader["tokenizer"] = (folder / TOKENIZER).read_text("utf-8")
    try:
        file = MatcherFile.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(folder / "matcher.json", f"{where}: {first['msg']}") from None
    for name in files_of(file):
        if not (folder / name).is_file():
            raise _damaged(folder / name, "it is missing")
        if sha256(folder / name) != file.sha256.get(name):
            raise _damaged(folder / name, "its SHA-256 is not the one that was saved with it")
    return file


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, reason: str) -> MatcherError:
    return MatcherError(
        f"{path} must be as training wrote it, and it is damaged or altered ({reason}): copy the "
        "matcher folder again, or train anew"
    )
