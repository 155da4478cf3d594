"""The data and the recipe that an order gives, or those of the run that it resumes."""

from __future__ import annotations

from gemel.data import Dataset, open_data
from gemel.errors import DataError, RunError
from gemel.inputs import Kind
from gemel.measure.run_data import refuse_gone, run_data
from gemel.recipe.files import load_recipe
from gemel.recipe.schema import Recipe
from gemel.run import Run
from gemel.training.order import Order, source_of


def ordered(order: Order) -> tuple[Dataset, Recipe]:
    """The data and the recipe of an order for a new run."""
    assert order.data is not None
    # The recipe first, so that a mistake in it is reported before any download.
    chosen = None if order.recipe is None else load_recipe(order.recipe, order.changes)
    dataset = open_data(order.data, kind=order.kind)
    _check_kind(order.kind, dataset)
    return dataset, chosen or load_recipe(usual_recipe(dataset), order.changes)


def resumed(order: Order, run: Run) -> tuple[Dataset, Recipe]:
    """The data and the recipe of a run that an order resumes.

    Raises `RunError` for other data than it was begun on.
    """
    about = run_data(run)
    if order.data is None:
        refuse_gone(run, about["source"])
    dataset = open_data(order.data or about["source"], kind=order.kind or about.get("kind"))
    _check_kind(order.kind, dataset)
    if dataset.fingerprint() != about["fingerprint"]:
        if order.data and source_of(order.data) != about["source"]:
            raise RunError(
                f"{run.path} was begun on {about['source']}, and {order.data} holds other data: "
                "name those, or train a new run"
            )
        raise RunError(f"{dataset.name} has changed since {run.path} was begun: train a new run")
    chosen = run.recipe if order.recipe is None else order.recipe
    return dataset, load_recipe(chosen, order.changes)


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
