"""The data to measure a run on: its own, or other data without what it has learned from."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote
from typing import Any

from gemel.data import BUILTINS, Dataset, open_data
from gemel.errors import DataError, RunError
from gemel.matcher import Matcher
from gemel.measure.learned import without_learned
from gemel.measure.prepare import prepare, prepare_whole, say_copies, say_notices
from gemel.measure.prepared import Prepared
from gemel.progress import Progress
from gemel.recipe.files import load_recipe
from gemel.run import Run


def run_data(run: Run) -> dict[str, Any]:
    """Read `data.json` of a run; raises RunError where it is missing or damaged."""
    try:
        tree: dict[str, Any] = json.loads(run.data.read_text("utf-8"))
        missing = {"source", "fingerprint", "split"} - set(tree)
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"{run.data} must be as training wrote it: {error}") from None
    if missing:
        raise RunError(f"{run.data} must be as training wrote it: {min(missing)} is missing")
    return tree


def own_data(run: Run, matcher: Matcher, progress: Progress, source: str | None = None) -> Prepared:
    """The data that a run was trained on, with the same split; from `source` if they were moved.

    Raises RunError where they are gone or have changed since: the test items are then no longer
    known.
    """
    about = run_data(run)
    source = source or str(about["source"])
    refuse_gone(run, source)
    dataset = open_data(source, kind=about.get("kind"))
    if dataset.fingerprint() != about["fingerprint"]:
        raise RunError(
            f"{source} has changed since {run.path} was trained on it, so its test items "
            "are no longer known: name the data to measure on, or train again"
        )
    return _split(run, matcher, dataset, progress)


def refuse_gone(run: Run, source: str) -> None:
    """Raise RunError where the data of a run are no longer at `source`."""
    if source not in BUILTINS and not Path(source).exists():
        path = quote(str(run.path))
        raise RunError(
            f"the data of {run.path} were at {source} and are not there: put them back, or name "
            f"them where they are now, as in gemel evaluate {path} DATA, or gemel train DATA "
            f"--resume --out {path}, which writes the report again"
        )


def data_to_measure(run: Run, matcher: Matcher, source: str | None, progress: Progress) -> Prepared:
    """The test items of the run's own data, or of other data: all of them, or those they give.

    Items of other data that the run was trained on, as in a folder that has grown since or a table
    that gives other labels to the same items, are left out.
    """
    if source is None:
        return own_data(run, matcher, progress)
    dataset = open_for(matcher, source)
    if dataset.fingerprint() == run_data(run)["fingerprint"]:
        progress.say(f"{source} is what the run was trained on: measuring its test items")
        return own_data(run, matcher, progress, source)
    whole = prepare_whole(dataset, matcher.file.inputs, progress)
    unseen = without_learned(run, whole, progress)
    say_copies(unseen, progress)
    return unseen


def all_parts(run: Run, matcher: Matcher, source: str | None, progress: Progress) -> Prepared:
    """The run's own data, or other data split by the run's recipe."""
    if source is None:
        return own_data(run, matcher, progress)
    dataset = open_for(matcher, source)
    if dataset.fingerprint() == run_data(run)["fingerprint"]:
        return own_data(run, matcher, progress, source)
    prepared = _split(run, matcher, dataset, progress)
    say_notices(prepared, progress)
    return without_learned(run, prepared, progress)


def open_for(matcher: Matcher, source: str) -> Dataset:
    """Open data of the kind of items that the matcher reads; raises DataError for another kind."""
    wanted = matcher.file.input.kind
    dataset = open_data(source, kind=wanted)
    if matcher.file.right_input is None and dataset.kind != wanted:
        raise DataError(
            f"this matcher reads items of the kind {wanted}, and {dataset.name} holds items of the "
            f"kind {dataset.kind}: name other data"
        )
    return dataset


def _split(run: Run, matcher: Matcher, dataset: Dataset, progress: Progress) -> Prepared:
    recipe = load_recipe(run.recipe)
    return prepare(dataset, matcher.file.inputs, recipe.split, recipe.seed, progress)
