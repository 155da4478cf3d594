"""Write the report of a finished run, from its folder and its data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np

from gemel.arrays import Indices
from gemel.data import Dataset
from gemel.errors import RunError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.units import Units
from gemel.matcher import Matcher, load
from gemel.measure.answer import Verified
from gemel.measure.prepared import Prepared, parts_of
from gemel.measure.protocols import verify
from gemel.measure.question import Question
from gemel.measure.run_data import own_data, run_data
from gemel.measure.subject import Subject
from gemel.progress import Progress
from gemel.recipe.files import load_recipe
from gemel.report.contents import Cloud, Contents, Decision, Figure, PartSize, Split, TestPairs
from gemel.report.page import check_packages, write
from gemel.report.provenance import provenance
from gemel.report.shown import shown
from gemel.report.summary import summary
from gemel.run import Run, read_history

HIDDEN_CURVES = frozenset({"spread"})
"""Columns of the history that only the collapse warning uses."""


def write_report(run: Run, progress: Progress) -> Path:
    """Write `report.html` of a finished run again, from its folder and its data.

    Raises RunError for a run that has not finished, and MissingExtra without the page's packages.
    """
    check_packages()
    _metrics(run)  # checked before anything is encoded
    recipe = load_recipe(run.recipe)
    matcher = load(run.path)
    subject = Subject.of(matcher, own_data(run, matcher, progress), progress)
    return write_report_of(run, subject, verify(subject, Question.of(recipe)))


def write_report_of(run: Run, subject: Subject, verified: Verified) -> Path:
    """Write `report.html` of a run whose test items have been measured."""
    write(run.report, _contents(run, subject, verified))
    return run.report


def run_summary(run: Run) -> str:
    """The summary of a finished run's report, from its folder alone."""
    about = run_data(run)["split"]
    split = Split(about["by"], about["reason"], tuple(PartSize(**part) for part in about["sides"]))
    return summary(_figures(_metrics(run)), split, _decision(load(run.path)))


def _contents(run: Run, subject: Subject, verified: Verified) -> Contents:
    prepared, metrics = subject.prepared, _metrics(run)
    items = prepared.part("test")
    return Contents(
        title=run.path.name,
        data=prepared.dataset.name,
        figures=_figures(metrics),
        split=_split(prepared),
        recipe=run.recipe.read_text("utf-8"),
        provenance=provenance(subject.matcher.file, metrics),
        shown=partial(shown, prepared),
        row=_row_of(prepared.dataset),
        notices=tuple(text for text in metrics["notices"] if text != prepared.split.reason),
        history=[
            {key: value for key, value in row.items() if key not in HIDDEN_CURVES}
            for row in read_history(run.history)
        ],
        pairs=_pairs(subject, verified, items),
        cloud=embeddings_to_map(subject, items),
    )


def _row_of(dataset: Dataset) -> Callable[[int, int], int | None]:
    return (lambda *_: None) if dataset.pairs is None else dataset.pairs.row_of


def embeddings_to_map(subject: Subject, items: Indices) -> Cloud | None:
    """The embeddings to map, if there are any: that of an item by the encoder of its side, and by
    the left one for items that may be on both.
    """
    comparer, unlike = subject.comparer, subject.prepared.dataset.unlike
    if not isinstance(comparer, EmbeddingComparer):
        return None
    if unlike is None or comparer.right is None:
        return Cloud(comparer.embeddings, items)
    is_right = unlike.right[items][:, None]
    return Cloud(np.where(is_right, comparer.right, comparer.embeddings), items)


def _pairs(subject: Subject, verified: Verified, items: Indices) -> TestPairs:
    pairs = verified.pairs
    return TestPairs(
        items[pairs.left],
        items[pairs.right],
        pairs.same,
        verified.distance,
        verified.probability,
        Units.of_pairs(pairs.left_unit, pairs.right_unit),
        _decision(subject.matcher),
    )


def _decision(matcher: Matcher) -> Decision:
    threshold = matcher.threshold()
    return Decision(threshold.distance, threshold.target, matcher.file.prior)


def _split(prepared: Prepared) -> Split:
    parts = tuple(PartSize(*part) for part in parts_of(prepared))
    return Split(prepared.split.by, prepared.split.reason, parts)


def _figures(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, Figure]]:
    """The figures of each protocol."""
    return {name: answer["metrics"] for name, answer in metrics["protocols"].items()}


def _metrics(run: Run) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json.loads(run.metrics.read_text("utf-8"))
        if "protocols" not in tree:
            raise ValueError("it has no protocols")
    except (OSError, ValueError, TypeError) as error:
        damage = "" if isinstance(error, FileNotFoundError) else f" ({error})"
        raise RunError(
            f"a report needs a finished run, and {run.path} has no complete "
            f"metrics.json{damage}: finish it with gemel train --resume --out "
            f"{quote(str(run.path))}"
        ) from None
    return tree
