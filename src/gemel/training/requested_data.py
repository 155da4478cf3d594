"""The data and the recipe that a request gives, or those of the run that it resumes."""

from __future__ import annotations

from gemel.data import Dataset, open_data
from gemel.errors import DataError, RunError
from gemel.inputs import Kind
from gemel.measure.run_data import refuse_gone, run_data
from gemel.recipe.files import load_recipe
from gemel.recipe.schema import Recipe
from gemel.run import Run
from gemel.training.request import TrainingRequest, source_of


def requested(request: TrainingRequest) -> tuple[Dataset, Recipe]:
    """The data and the recipe of a request for a new run."""
    assert request.data is not None
    # The recipe first, so that a mistake in it is reported before any download.
    chosen = None if request.recipe is None else load_recipe(request.recipe, request.changes)
    dataset = open_data(request.data, kind=request.kind)
    _check_kind(request.kind, dataset)
    return dataset, chosen or load_recipe(usual_recipe(dataset), request.changes)


def resumed(request: TrainingRequest, run: Run) -> tuple[Dataset, Recipe]:
    """The data and the recipe of a run that a request resumes.

    Raises `RunError` for other data than it was begun on.
    """
    about = run_data(run)
    if request.data is None:
        refuse_gone(run, about["source"])
    dataset = open_data(request.data or about["source"], kind=request.kind or about.get("kind"))
    _check_kind(request.kind, dataset)
    if dataset.fingerprint() != about["fingerprint"]:
        if request.data and source_of(request.data) != about["source"]:
            raise RunError(
                f"{run.path} was begun on {about['source']}, and {request.data} holds other data: "
                "name those, or train a new run"
            )
        raise RunError(f"{dataset.name} has changed since {run.path} was begun: train a new run")
    chosen = run.recipe if request.recipe is None else request.recipe
    return dataset, load_recipe(chosen, request.changes)


def _check_kind(kind: Kind | None, dataset: Dataset) -> None:
    """Raises `DataError` for a kind beside data that are what they are, as built-in ones."""
    if kind not in (None, dataset.kind):
        raise DataError(
            f"{dataset.name} holds items of the kind {dataset.kind}, and --kind {kind} does "
            "not change that: leave out --kind, or pass other data"
        )


def usual_recipe(dataset: Dataset) -> str:
    """The name of the default recipe for these data."""
    if dataset.kind == "text":
        if dataset.pairs is None:
            return "text-default"
        return "text-pairs" if dataset.pairs.scores is None else "text-scores"
    if dataset.kind == "series":
        return "series-default"
    return "pairs" if dataset.labels is None else "default"
