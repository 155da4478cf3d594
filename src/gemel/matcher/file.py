"""The folder of a matcher: written with checksums, which are verified when it is read.

matcher.json          everything but the networks, and the SHA-256 of all files
encoder.onnx          items (n, …) to embeddings (n, d)
right_encoder.onnx    the same for the right side (separate tie)
metric.onnx           embeddings (b, n, d) and (b, m, d) to distances (b, n, m)
pair.onnx             in place of these, two batches of items (n, …) to distances (joint tie)
reader.onnx           embeddings of episodes to distances (recipes with a reader)
memory.onnx           one step of the memory, with memory.safetensors (recipes with a memory)
weights.safetensors   the same weights, to continue training with torch
tokenizer.json        the vocabulary, in the format of the library `tokenizers` (texts)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gemel.calibration import Calibration, ScoreCurve, Threshold
from gemel.errors import MatcherError
from gemel.inputs import Input, Inputs
from gemel.matcher.episode_reader import READER
from gemel.matcher.networks import ENCODER, METRIC, PAIR, RIGHT_ENCODER, Tie
from gemel.matcher.recall import MEMORY, MEMORY_WEIGHTS
from gemel.whole_file import user_path, write_text

FORMAT = 3
"""History: 2 added intervals of thresholds and the file's own SHA-256; 3, rates of skilled
forgeries."""
OWN = "matcher.json"
WEIGHTS = "weights.safetensors"
TOKENIZER = "tokenizer.json"

FILES: Mapping[Tie, tuple[str, ...]] = {
    "shared": (ENCODER, METRIC, WEIGHTS),
    "separate": (ENCODER, RIGHT_ENCODER, METRIC, WEIGHTS),
    "joint": (PAIR, WEIGHTS),
}
"""The files of a matcher beside `matcher.json`, by tie."""


@final
class MatcherFile(BaseModel):
    """The contents of `matcher.json`.

    `right_input` and `right_encoder` are those of the right side, if it has its own.
    `embedding_size` is 0 for a joint tie, whose items have no embeddings.
    """

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
    """The reader that classifies few-shot queries, if not the metric alone."""
    memory: str | None = None
    """The memory that classifies items of sequences, if the recipe has one."""
    embedding_size: int
    calibration: Calibration
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1)]
    """The first is the default of verdicts."""
    prior: Annotated[float, Field(gt=0, lt=1)]
    scores: ScoreCurve | None = None
    """From distances to grades, if the matcher was trained on graded pairs."""
    provenance: Mapping[str, Any]
    sha256: Mapping[str, str]

    @property
    def inputs(self) -> Inputs:
        return self.input, self.right_input or self.input


def files_of(file: MatcherFile) -> tuple[str, ...]:
    """The names of the matcher's files beside `matcher.json`."""
    reader = () if file.reader is None else (READER,)
    tokenizer = (TOKENIZER,) if file.input.kind == "text" else ()
    memory = () if file.memory is None else (MEMORY, MEMORY_WEIGHTS)
    return (*FILES[file.tie], *reader, *tokenizer, *memory)


def seal(folder: Path, file: MatcherFile) -> None:
    """Writes `matcher.json`, with checksums of the networks already in the folder."""
    tree = file.model_dump(mode="json")
    if TOKENIZER in files_of(file):
        write_text(folder / TOKENIZER, tree["input"]["tokenizer"])
        tree["input"]["tokenizer"] = TOKENIZER
    tree["sha256"] = {name: sha256(folder / name) for name in files_of(file)}
    tree["sha256"][OWN] = _own_sha256(tree)
    write_text(folder / OWN, json.dumps(tree, indent=2) + "\n")


def read_matcher_file(
    path: str | PathLike[str], own: str | None = None
) -> tuple[Path, MatcherFile]:
    """Finds and verifies a matcher in `path`: its folder, its `matcher.json`, or its run.

    Returns the matcher's folder and its file. `own` is the expected SHA-256 of `matcher.json`.
    Raises `MatcherError` if it is missing, damaged, altered, of a newer format or not the expected
    one.
    """
    folder = user_path(path)
    if folder.name == OWN and folder.is_file():
        folder = folder.parent
    if (folder / "matcher" / OWN).is_file():
        folder = folder / "matcher"
    try:
        tree = json.loads((folder / OWN).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise _no_matcher(Path(path)) from None
    except (OSError, ValueError) as error:
        raise _damaged(folder / OWN, str(error)) from None
    file = _checked(folder, tree)
    if own is not None and file.sha256.get(OWN) != own:
        raise MatcherError(
            f"{folder} must hold the matcher that was pickled, and another has taken its place: "
            "load that one anew, or put the earlier one back"
        )
    return folder, file


def is_matcher(folder: Path) -> bool:
    """Whether this is a matcher's own folder, not that of its run."""
    return (user_path(folder) / OWN).is_file()


def _checked(folder: Path, tree: Any) -> MatcherFile:
    if not isinstance(tree, dict):
        raise _damaged(folder / OWN, "it is not a JSON object")
    own = _own_sha256(tree)
    version = tree.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise MatcherError(
            f"{folder} is a matcher of format {version}, and this Gemel reads up to {FORMAT}: "
            "pip install --upgrade gemel"
        )
    _read_tokenizer(folder, tree)
    try:
        file = MatcherFile.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(folder / OWN, f"{where}: {first['msg']}") from None
    for name in files_of(file):
        if not (folder / name).is_file():
            raise _damaged(folder / name, "it is missing")
        if sha256(folder / name) != file.sha256.get(name):
            raise _damaged(folder / name, "its SHA-256 is not the one that was saved with it")
    if file.sha256.get(OWN, own if file.format == 1 else "") != own:
        raise _damaged(folder / OWN, "its SHA-256 is not the one that was saved in it")
    return file


def _read_tokenizer(folder: Path, tree: dict[str, Any]) -> None:
    """Puts the vocabulary, which has a file of its own, in place of that file's name."""
    input = tree.get("input")
    if isinstance(input, dict) and "tokenizer" in input and (folder / TOKENIZER).is_file():
        try:
            input["tokenizer"] = (folder / TOKENIZER).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise _damaged(folder / TOKENIZER, str(error)) from None


def _no_matcher(path: Path) -> MatcherError:
    if (path / "recipe.toml").is_file() and not (path / "matcher").exists():
        return MatcherError(
            f"a run has a matcher once its training has ended, and that of {path} has not: finish "
            f"it with gemel train --resume --out {quote(str(path))}"
        )
    got = "has none" if path.exists() else "does not exist"
    return MatcherError(
        f"a matcher is a folder with matcher.json, and {path} {got}: give a run that has "
        "finished training, or its matcher folder"
    )


def _own_sha256(tree: Mapping[str, Any]) -> str:
    """The SHA-256 of the contents of `matcher.json` without this entry, in canonical form."""
    sums = tree.get("sha256")
    others = {k: v for k, v in sums.items() if k != OWN} if isinstance(sums, dict) else sums
    text = json.dumps({**tree, "sha256": others}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, reason: str) -> MatcherError:
    return MatcherError(
        f"{path} must be as training wrote it, and it is damaged or altered ({reason}): copy the "
        "matcher folder again, or train again"
    )
