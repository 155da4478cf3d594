"""Pretraining of a plan's network on other data, with the settings of the same recipe.

Mueller & Thyagarajan, AAAI 2016, section 4.1, pretrain their LSTM on the pairs of an older task.
The training that follows starts with a fresh optimiser and schedule.
Differs from the paper: items of the main training's validation and test parts are left out.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gemel.counting import count
from gemel.data import Dataset, open_data
from gemel.data.builtins import BUILTINS
from gemel.errors import DataError, MissingData, RecipeError
from gemel.measure.learned import digests_of, without
from gemel.measure.prepare import prepare
from gemel.measure.prepared import Prepared
from gemel.planning.batch_numbers import batch_notices, resolve_batch
from gemel.planning.build_batches import build_batches
from gemel.planning.make_plan import build_feeds
from gemel.planning.plan import Plan
from gemel.planning.validation import build_validation
from gemel.progress import Progress
from gemel.recipe.schema import Recipe
from gemel.run import Run
from gemel.training.loop import Trainer


def pretraining_data(recipe: Recipe, own: Prepared, progress: Progress) -> Prepared | None:
    """The pretraining data, without items that `own`, the main training's data, hold out.

    None if the recipe has no pretraining. Raises `DataError` if nothing remains.
    """
    setting = recipe.pretraining
    if setting is None:
        return None
    dataset = _opened(setting.data, recipe)
    prepared = prepare(dataset, own.packed.inputs, recipe.split, recipe.seed, progress)
    prepared, left_out = without(prepared, "train", digests_of(own, "validation", "test"))
    if left_out and not len(prepared.part("train")):
        raise DataError(
            f"pretraining learns from what {own.dataset.name} does not hold out, and "
            f"{dataset.name} has nothing else: choose other pretraining.data"
        )
    notices = [f"{setting.epochs} epochs of {dataset.name} come first.", *prepared.notices]
    if left_out:
        what = count(left_out, "item" if prepared.split.pairs is None else "pair")
        notices.append(f"{what} that {own.dataset.name} holds out: not learned from.")
    for sentence in notices:
        progress.say(f"pretraining: {sentence}")
    return prepared


def pretrain(plan: Plan, prepared: Prepared, run: Run, progress: Progress) -> Trainer:
    """Pretrains the plan's twin in place; returns the trainer.

    A resumed run takes finished pretraining from its checkpoint.
    """
    setting = plan.recipe.pretraining
    assert setting is not None
    length = plan.recipe.training.model_copy(
        update={"epochs": setting.epochs, "minutes": None, "patience": None, "keep": "last"}
    )
    recipe = resolve_batch(plan.recipe.model_copy(update={"training": length}), prepared)
    for sentence in batch_notices(plan.recipe.batch, recipe.batch, prepared):
        progress.say(f"pretraining: {sentence}")
    left, right = build_feeds(recipe, prepared.packed)
    before = replace(
        plan,
        recipe=recipe,
        batches=build_batches(recipe, prepared),
        left=left,
        right=right,
        validate=build_validation(prepared, recipe, plan.memory),
    )
    trainer = Trainer(before, pretraining_of(run), progress)
    trainer.train()
    return trainer


def pretraining_of(run: Run) -> Run:
    """The folder of a run's pretraining, with its own checkpoints and history."""
    return Run(run.path / "pretraining")


def _opened(source: str, recipe: Recipe) -> Dataset:
    try:
        dataset = open_data(source if source in BUILTINS else Path(source), kind=recipe.input.kind)
    except MissingData as error:
        raise MissingData(f"{error}. Or train without pretraining: --set pretraining=") from error
    if dataset.kind != recipe.input.kind:
        raise RecipeError(
            f"pretraining.data must hold items of the kind {recipe.input.kind}, as the training "
            f"does, and {dataset.name} holds items of the kind {dataset.kind}: choose other data"
        )
    return dataset
