"""Measure a finished run on its own test items, on other data, or by Lake's runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gemel.counting import count
from gemel.data import BUILTINS, Dataset, data_path, open_data
from gemel.data.builtins.omniglot_runs import runs as omniglot_runs
from gemel.errors import DataError, RunError
from gemel.evaluation.comparer import Comparer
from gemel.evaluation.evidence import figures_of
from gemel.evaluation.hausdorff import HausdorffComparer, ink_points
from gemel.evaluation.lake_runs import LakeRun, lake_runs
from gemel.inputs import ImageInput
from gemel.matcher import Matcher, load
from gemel.matcher_file import is_matcher
from gemel.measure.answer import Answer
from gemel.measure.compared import comparer_of, raw_items
from gemel.measure.learned import among, read_learned, without_learned
from gemel.measure.linear_probe import probe
from gemel.measure.nearest import nearest
from gemel.measure.packed import Digests, inputs_of
from gemel.measure.prepared import Prepared, prepare, prepare_whole, refuse_groupless
from gemel.measure.protocol import Protocol
from gemel.measure.protocols import Subject, subject
from gemel.measure.question import Question
from gemel.progress import Progress
from gemel.recipe import load_recipe
from gemel.run import Run

OMNIGLOT_SIDE = 105
OF_RUNS = frozenset({"lake-runs", "linear-probe", "nearest"})
"""Protocols that need to know what a run was trained on."""


def measure(
    path: Path, data: str | None, protocol: Protocol, asked: Mapping[str, Any], progress: Progress
) -> Answer:
    """Measure a run, or a matcher that was copied without its run, by one protocol.

    `asked` are settings of a `Question`; None stands for the run's own. Raises RunError where
    `path` is neither.
    """
    if is_matcher(path) and Run.around(path) is None:
        return measure_matcher(path, data, protocol, Question.of(None, **asked), progress)
    run = Run.opened(path)
    question = Question.of(load_recipe(run.recipe), **asked)
    return measure_run(run, data, protocol, question, progress)


def measure_run(
    run: Run, data: str | None, protocol: Protocol, question: Question, progress: Progress
) -> Answer:
    """Measure a run by one protocol; without `data`, on its own test items."""
    matcher = load(run.path)
    if protocol not in OF_RUNS:
        matcher.threshold(question.target)  # refused before anything is encoded
        prepared = _measured(run, matcher, data, progress)
        own = data is None and load_recipe(run.recipe).evaluation.pairs == "by-group"
        if protocol == "verification" and question.pairs == "by-group" and not own:
            refuse_groupless(prepared)
        return subject(matcher, prepared, progress).answer(protocol, question)
    if protocol == "lake-runs":
        return _lake_runs(matcher, _archive(data), read_learned(run))
    prepared = _all_parts(run, matcher, data, progress)
    if protocol == "linear-probe":
        return probe(matcher, prepared, question.seed, progress)
    return nearest(matcher, prepared, question.seed, progress)


def measure_matcher(
    folder: Path, data: str | None, protocol: Protocol, question: Question, progress: Progress
) -> Answer:
    """Measure a matcher that was copied without its run, by one protocol.

    Its training items are not known, so they cannot be left out. Raises RunError without `data`,
    and for protocols that need to know what it was trained on.
    """
    matcher = load(folder)
    if protocol == "lake-runs":
        return _lake_runs(matcher, _archive(data))
    if data is None:
        raise RunError(f"{folder} is a matcher without its run and its test items: name DATA")
    if protocol in OF_RUNS:
        raise RunError(
            f"{protocol} needs to know what a matcher has learned from, and {folder} is one "
            "without its run: measure the run"
        )
    matcher.threshold(question.target)  # refused before anything is encoded
    whole = _whole(matcher, open_data(data, kind=matcher.file.input.kind), progress)
    progress.say(
        f"{folder} is a matcher without its run: items of {whole.dataset.name} that it has "
        "learned from cannot be left out"
    )
    if protocol == "verification" and question.pairs == "by-group":
        refuse_groupless(whole)
    return subject(matcher, whole, progress).answer(protocol, question)


def run_subject(run: Run, data: str | None, progress: Progress) -> Subject:
    """The protocols of a run on `data`, or on its own test items, each encoded once."""
    matcher = load(run.path)
    return subject(matcher, _measured(run, matcher, data, progress), progress)


def _measured(run: Run, matcher: Matcher, data: str | None, progress: Progress) -> Prepared:
    if data is None:
        return own_data(run, matcher, progress)
    return _other_data(run, matcher, data, progress)


def own_data(run: Run, matcher: Matcher, progress: Progress, source: str | None = None) -> Prepared:
    """The data that a run was trained on, with the same split; from `source` if they were moved.

    Raises RunError where they are gone or have changed since: the test items are then no longer
    known.
    """
    recipe, about = load_recipe(run.recipe), run_data(run)
    source = source or str(about["source"])
    refuse_gone(run, source)
    dataset = open_data(source, kind=about.get("kind"))
    if dataset.fingerprint() != about["fingerprint"]:
        raise RunError(
            f"{source} has changed since {run.path} was trained on it, so its test items "
            "are no longer known: name the data to measure on, or train again"
        )
    return prepare(dataset, inputs_of(matcher.file), recipe.split, recipe.seed, progress)


def refuse_gone(run: Run, source: str) -> None:
    """Raise RunError where the data of a run are no longer at `source`."""
    if source not in BUILTINS and not Path(source).exists():
        raise RunError(
            f"the data of {run.path} were at {source} and are not there: put them back, or name "
            f"them where they are now, as in gemel evaluate {run.path} DATA, or gemel train DATA "
            f"--resume --out {run.path}, which writes the report again"
        )


def _all_parts(run: Run, matcher: Matcher, source: str | None, progress: Progress) -> Prepared:
    """The run's own data, or other data split by the run's recipe."""
    if source is None:
        return own_data(run, matcher, progress)
    dataset = open_data(source, kind=matcher.file.input.kind)
    if dataset.fingerprint() == run_data(run)["fingerprint"]:
        return own_data(run, matcher, progress, source)
    refuse_other_kind(matcher, dataset)
    recipe = load_recipe(run.recipe)
    inputs = inputs_of(matcher.file)
    prepared = prepare(dataset, inputs, recipe.split, recipe.seed, progress)
    _say_notices(prepared, progress)
    return _without_learned(run, prepared, progress)


def _other_data(run: Run, matcher: Matcher, source: str, progress: Progress) -> Prepared:
    """Data to measure on as a whole, or on the test items that come with them.

    For the data that the run was trained on these are the run's own test items. Items of other data
    that it was trained on, as in a folder that has grown since, are left out.
    """
    dataset = open_data(source, kind=matcher.file.input.kind)
    about = run_data(run)
    if dataset.items.fingerprint() == about["items"]:
        progress.say(f"{source} is what the run was trained on: measuring its test items")
        moved = source if dataset.fingerprint() == about["fingerprint"] else None
        return own_data(run, matcher, progress, moved)
    return _without_learned(run, _whole(matcher, dataset, progress), progress)


def _whole(matcher: Matcher, dataset: Dataset, progress: Progress) -> Prepared:
    refuse_other_kind(matcher, dataset)
    whole = prepare_whole(dataset, inputs_of(matcher.file), progress)
    _say_notices(whole, progress)
    return whole


def _say_notices(prepared: Prepared, progress: Progress) -> None:
    """Say which items were skipped or unreadable."""
    for sentence in (*prepared.dataset.notices, *prepared.packed.notices):
        progress.say(sentence)


def _without_learned(run: Run, prepared: Prepared, progress: Progress) -> Prepared:
    """Remove the test items that the run has learned from, and say how many."""
    rest, removed = without_learned(prepared, read_learned(run))
    if removed:
        what = "item" if prepared.dataset.pairs is None else "pair"
        verb = "is" if removed == 1 else "are"
        progress.say(
            f"{count(removed, what)} of {prepared.dataset.name} that this run has learned from "
            f"{verb} left out"
        )
    return rest


def refuse_other_kind(matcher: Matcher, dataset: Dataset) -> None:
    """Raise DataError where the matcher reads another kind of items."""
    wanted = matcher.file.input.kind
    if matcher.file.right_input is None and dataset.kind != wanted:
        raise DataError(
            f"this matcher reads items of the kind {wanted}, and {dataset.name} holds items of the "
            f"kind {dataset.kind}: name other data"
        )


def run_data(run: Run) -> dict[str, Any]:
    """Read `data.json` of a run; raises RunError where it is missing or damaged."""
    try:
        tree: dict[str, Any] = json.loads(run.data.read_text("utf-8"))
        missing = {"source", "fingerprint", "items", "split"} - set(tree)
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"{run.data} must be as training wrote it: {error}") from None
    if missing:
        raise RunError(f"{run.data} must be as training wrote it: {min(missing)} is missing")
    return tree


def measure_hausdorff() -> Answer:
    """Measure the modified Hausdorff distance, the baseline without learning, by Lake's runs.

    It has an error of 38.8 % on the original archive.
    """
    drawing = ImageInput(height=OMNIGLOT_SIDE, width=OMNIGLOT_SIDE, channels=1)
    items, lake = _run_items()
    points = [ink_points(drawing.read(item)[0] < 128) for item in items]
    return _lake_answer(HausdorffComparer(points), lake)


def _lake_runs(matcher: Matcher, archive: Path | None, learned: Digests | None = None) -> Answer:
    """`learned` says what the matcher has learned from; None where that is not known."""
    kinds = {matcher.file.input.kind, (matcher.file.right_input or matcher.file.input).kind}
    if kinds != {"image"}:
        raise RunError(
            f"Lake's runs need pictures on both sides, and {matcher.path} reads items of the kind "
            f"{' and '.join(sorted(kinds))}: measure it with another --protocol"
        )
    items, lake = _run_items(archive)
    answer = _lake_answer(comparer_of(matcher.networks, raw_items(matcher.networks, items)), lake)
    if learned is None:
        notice = (
            f"{matcher.path} is a matcher without its run: whether it has learned from drawings of "
            "Lake's runs cannot be told"
        )
        return replace(answer, notices=(notice,))
    digests = b"".join(matcher.file.input.read_with_digest(item)[1] for item in items)
    seen = among(np.frombuffer(digests, np.uint8).reshape(len(items), -1), learned)
    if not seen.any():
        return answer
    notice = (
        f"{int(seen.sum())} of the {len(items)} drawings of Lake's runs are among those that this "
        "run has learned from, or set its threshold by: the figure is not of characters never seen"
    )
    return replace(answer, notices=(notice,))


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


def _run_items(archive: Path | None = None) -> tuple[list[bytes], list[LakeRun]]:
    """All drawings of all runs in one list, and each run as positions in it."""
    items: list[bytes] = []
    lake: list[LakeRun] = []
    for run in omniglot_runs(archive):
        start = len(items)
        items += [*run.test, *run.training]
        test = np.arange(start, start + len(run.test))
        training = np.arange(test[-1] + 1, len(items))
        lake.append(LakeRun(test, training, run.answers))
    return items, lake


def _lake_answer(comparer: Comparer, lake: list[LakeRun]) -> Answer:
    figures = figures_of([lake_runs(comparer, lake)])
    return Answer("lake-runs", "omniglot (all_runs.zip)", 0, figures)
