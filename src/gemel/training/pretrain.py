"""Pretraining: the network of a plan learns from other data first, in the recipe's own way.

Mueller & Thyagarajan, AAAI 2016, section 4.1, start their LSTM so, from the pairs of an older task.
The training that follows has the optimiser and the schedule begin anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gemel.data import Dataset, open_data
from gemel.data.builtins import BUILTINS
from gemel.errors import MissingData, RecipeError
from gemel.measure.packed import Readers
from gemel.measure.prepared import prepare
from gemel.progress import Progress
from gemel.recipe import Recipe
from gemel.run import Run
from gemel.training.data import build_batches, resolve_batch
from gemel.training.feeds import build_feeds
from gemel.training.loop import Counters, Trainer
from gemel.training.plan import Plan
from gemel.training.validation import build_validation


def pretrain(plan: Plan, readers: Readers, run: Run, progress: Progress) -> Counters | None:
    """Trains the plan's twin in place; None where its recipe has nothing that comes before.

    Done once, it is not done again: a resumed run takes the weights from its checkpoint.
    """
    setting = plan.recipe.pretraining
    if setting is None:
        return None
    dataset = _opened(setting.data, plan.recipe)
    prepared = prepare(dataset, readers, plan.recipe.split, plan.recipe.seed, progress)
    for sentence in (f"{setting.epochs} epochs of {dataset.name} come first.", *prepared.notices):
        progress.say(f"pretraining: {sentence}")
    length = plan.recipe.training.model_copy(
        update={"epochs": setting.epochs, "minutes": None, "patience": None, "keep": "last"}
    )
    recipe = resolve_batch(plan.recipe.model_copy(update={"training": length}), prepared)
    left, right = build_feeds(recipe, prepared.packed)
    before = replace(
        plan,
        recipe=recipe,
        batches=build_batches(recipe, prepared),
        left=left,
        right=right,
        validate=build_validation(prepared, recipe, plan.memory),
    )
    return Trainer(before, pretraining_of(run), progress).train()


def pretraining_of(run: Run) -> Run:
    """Where a run keeps the checkpoints and the curve of what came before it."""
    return Run(run.path / "pretraining")


def _opened(source: str, recipe: Recipe) -> Dataset:
    try:
        dataset = open_data(source if source in BUILTINS else Path(source), kind=recipe.input.kind)
    except MissingData as error:
        raise MissingData(f"{error}. Or do without pretraining: --set pretraining=") from error
    if dataset.kind != recipe.input.kind:
        raise RecipeError(
            f"pretraining.data must hold items of the kind {recipe.input.kind}, as the training "
            f"does, and {dataset.name} holds items of the kind {dataset.kind}: choose other data"
        )
    return dataset
