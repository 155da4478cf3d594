"""Lake's one-shot runs, by a matcher or by the baseline without learning."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gemel.data import data_path
from gemel.data.builtins.omniglot_runs import runs as omniglot_runs
from gemel.errors import DataError, RunError
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.figure import Missing
from gemel.evaluation.hausdorff import HausdorffComparer, ink_points
from gemel.evaluation.lake_runs import ASSIGNED, LakeRun, lake_runs
from gemel.inputs import ImageInput
from gemel.matcher import Matcher
from gemel.matcher.episode_reader import EpisodeReader
from gemel.measure.answer import Answer
from gemel.measure.compared import comparer_of, embeddings_of, raw_items
from gemel.measure.learned import among
from gemel.measure.packed import Digests
from gemel.progress import Progress, Silent

SIDE = 105
"""Height and width of Omniglot's drawings, in pixels."""


def measure_lake_runs(
    matcher: Matcher,
    data: str | None,
    learned: Digests | None = None,
    progress: Progress = Silent(),
) -> Answer:
    """Measure a matcher by the runs in the archive `data`, or by those that come with Omniglot.

    `learned` says what the matcher has learned from; None where that is not known. Raises DataError
    where `data` are no archive of runs, and RunError where a side reads no pictures.
    """
    archive = _archive(data)
    _refuse_other_kinds(matcher)
    drawings, runs = _drawings(archive)
    comparer = comparer_of(matcher.networks, raw_items(matcher.networks, drawings))
    embeddings = embeddings_of(comparer)
    reader = None if embeddings is None else matcher.reader(embeddings)
    return _answer(comparer, runs, reader, _notices(matcher, drawings, learned), progress)


def measure_hausdorff(progress: Progress = Silent()) -> Answer:
    """Measure the modified Hausdorff distance, the baseline without learning.

    It has an error of 38.8 % on the original archive.
    """
    input = ImageInput(height=SIDE, width=SIDE, channels=1)
    drawings, runs = _drawings()
    points = [ink_points(input.read(drawing)[0] < 128) for drawing in drawings]
    return _answer(HausdorffComparer(points), runs, progress=progress)


def _answer(
    comparer: Comparer,
    runs: list[LakeRun],
    reader: EpisodeReader | None = None,
    notices: tuple[str, ...] = (),
    progress: Progress = Silent(),
) -> Answer:
    figures = figures_of([lake_runs(comparer, runs, reader, progress)])
    figures.setdefault(ASSIGNED, Missing(missing="needs scipy, which comes with scikit-learn"))
    return Answer("lake-runs", "omniglot (all_runs.zip)", 0, figures, notices)


def _archive(data: str | None) -> Path | None:
    """The archive of runs to read; None for the one that comes with Omniglot."""
    if data is None or data == "omniglot":
        return None
    if not data.lower().endswith(".zip"):
        raise DataError(
            f"Lake's runs are an archive, all_runs.zip, got {data!r}: name it, or leave DATA out "
            "for the one that comes with Omniglot"
        )
    return data_path(data)


def _refuse_other_kinds(matcher: Matcher) -> None:
    """Raise RunError unless both sides read pictures."""
    kinds = {input.kind for input in matcher.networks.inputs}
    if kinds != {"image"}:
        raise RunError(
            f"Lake's runs need pictures on both sides, and {matcher.path} reads items of the kind "
            f"{' and '.join(sorted(kinds))}: measure it with another --protocol"
        )


def _drawings(archive: Path | None = None) -> tuple[list[bytes], list[LakeRun]]:
    """All drawings of all runs in one list, and each run as positions in it."""
    drawings: list[bytes] = []
    runs: list[LakeRun] = []
    for run in omniglot_runs(archive):
        test = len(drawings) + np.arange(len(run.test))
        training = test[-1] + 1 + np.arange(len(run.training))
        runs.append(LakeRun(test, training, run.answers))
        drawings += [*run.test, *run.training]
    return drawings, runs


def _notices(matcher: Matcher, drawings: list[bytes], learned: Digests | None) -> tuple[str, ...]:
    """Sentences on a memory, which is not asked, and on drawings of the runs that the matcher has,
    or may have, learned from.
    """
    by_metric = "answered by the metric: the matcher's memory has no part in the runs"
    remarks = () if matcher.file.memory is None else (by_metric,)
    if learned is None:
        return (
            *remarks,
            f"{matcher.path} is a matcher without its run: whether it has learned from drawings of "
            "Lake's runs cannot be told",
        )
    digests = b"".join(matcher.file.input.read_with_digest(item)[1] for item in drawings)
    seen = among(np.frombuffer(digests, np.uint8).reshape(len(drawings), -1), learned)
    if not seen.any():
        return remarks
    return (
        *remarks,
        f"{int(seen.sum())} of the {len(drawings)} drawings of Lake's runs are among those that "
        "this run has learned from, or set its threshold by: the figure is not of characters never "
        "seen",
    )
