"""Measure a finished run, or a matcher without its run, by one protocol."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gemel.errors import DataError, RunError
from gemel.evaluation.protocol import PROTOCOLS, ProtocolName
from gemel.matcher import load
from gemel.matcher.file import is_matcher
from gemel.measure.answer import Answer
from gemel.measure.lake_runs import measure_lake_runs
from gemel.measure.learned import read_learned
from gemel.measure.linear_probe import probe
from gemel.measure.nearest import nearest
from gemel.measure.prepare import prepare_whole, say_copies
from gemel.measure.prepared import Prepared
from gemel.measure.protocols import answer_of
from gemel.measure.question import Question
from gemel.measure.run_data import all_parts, data_to_measure, open_for
from gemel.measure.subject import Subject
from gemel.progress import Progress
from gemel.recipe.files import load_recipe
from gemel.run import Run


def measure(
    path: Path,
    data: str | None,
    protocol: ProtocolName,
    asked: Mapping[str, Any],
    progress: Progress,
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
    run: Run, data: str | None, protocol: ProtocolName, question: Question, progress: Progress
) -> Answer:
    """Measure a run by one protocol; without `data`, on its own test items."""
    matcher = load(run.path)
    match protocol:
        case "lake-runs":
            return measure_lake_runs(matcher, data, read_learned(run), progress)
        case "linear-probe":
            return probe(matcher, all_parts(run, matcher, data, progress), question.seed, progress)
        case "nearest":
            parts = all_parts(run, matcher, data, progress)
            return nearest(matcher, parts, question.seed, progress)
    matcher.threshold(question.target)  # refused before anything is encoded
    prepared = data_to_measure(run, matcher, data, progress)
    if data is not None or load_recipe(run.recipe).evaluation.pairs != "by-group":
        _refuse_groupless(prepared, protocol, question)
    return answer_of(Subject.of(matcher, prepared, progress), protocol, question)


def measure_matcher(
    folder: Path, data: str | None, protocol: ProtocolName, question: Question, progress: Progress
) -> Answer:
    """Measure a matcher that was copied without its run, by one protocol.

    Its training items are not known, so they cannot be left out. Raises RunError without `data`,
    and for protocols that need to know what it was trained on.
    """
    matcher = load(folder)
    if protocol == "lake-runs":
        return measure_lake_runs(matcher, data, progress=progress)
    if data is None:
        raise RunError(f"{folder} is a matcher without its run and its test items: name DATA")
    if PROTOCOLS[protocol].of_run:
        raise RunError(
            f"{protocol} needs to know what a matcher has learned from, and {folder} is one "
            "without its run: measure the run"
        )
    matcher.threshold(question.target)  # refused before anything is encoded
    whole = prepare_whole(open_for(matcher, data), matcher.file.inputs, progress)
    say_copies(whole, progress)
    progress.say(
        f"{folder} is a matcher without its run: items of {whole.dataset.name} that it has "
        "learned from cannot be left out"
    )
    _refuse_groupless(whole, protocol, question)
    return answer_of(Subject.of(matcher, whole, progress), protocol, question)


def run_subject(run: Run, data: str | None, progress: Progress) -> Subject:
    """A run's matcher and the test items of `data`, or its own, encoded once."""
    matcher = load(run.path)
    return Subject.of(matcher, data_to_measure(run, matcher, data, progress), progress)


def _refuse_groupless(prepared: Prepared, protocol: ProtocolName, question: Question) -> None:
    """Raise DataError where pairs by group are asked for, and labelled items have no groups."""
    dataset = prepared.dataset
    groupless = dataset.groups is None and dataset.pairs is None and dataset.unlike is None
    if protocol == "verification" and question.pairs == "by-group" and groupless:
        raise DataError(
            f"--pairs by-group needs data with groups, and {dataset.name} has none: measure with "
            "--pairs sampled"
        )
