"""One trial: train the suggested recipe, and prune it when it falls behind."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import final

from optuna import TrialPruned
from optuna.trial import Trial

from gemel.errors import RunError
from gemel.measure.prepared import Prepared
from gemel.planning.batch_numbers import resolve_batch
from gemel.planning.make_plan import make_plan
from gemel.planning.plan import Plan
from gemel.progress import Progress
from gemel.recipe.files import recipe_text
from gemel.recipe.ranges import Searched, Value
from gemel.recipe.schema import Recipe
from gemel.run import Run
from gemel.training.arithmetic import fast_arithmetic
from gemel.training.checkpoint import Counters
from gemel.training.pretrain import pretraining_data, pretraining_of
from gemel.training.train_plan import train_plan
from gemel.tuning.space import with_values
from gemel.whole_file import write_text


def suggested(recipe: Recipe, trial: Trial) -> dict[str, Value]:
    """Suggest a value for each searched setting whose condition holds, in the order of `[tune]`."""
    values: dict[str, Value] = {}
    for key, searched in recipe.tune.items():
        if searched.counts_beside(values):
            values[key] = _suggested(trial, key, searched)
    return values


def _suggested(trial: Trial, key: str, searched: Searched) -> Value:
    if searched.choices is not None:
        chosen = trial.suggest_categorical(key, searched.choices)
        assert chosen is not None
        return chosen
    low, high = searched.ends
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, step=int(searched.step or 1), log=searched.log)
    step = None if searched.step is None else float(searched.step)
    return trial.suggest_float(key, float(low), float(high), step=step, log=searched.log)


def plan_of(trial: Trial, recipe: Recipe, prepared: Prepared) -> Plan:
    """The plan of a trial's training.

    Raises `RecipeError` for incompatible settings, such as kernels larger than their input.
    """
    recipe = with_values(recipe, suggested(recipe, trial))
    recipe = recipe.model_copy(
        update={"training": recipe.training.model_copy(update={"keep": "last"})}
    )
    return make_plan(resolve_batch(recipe, prepared), prepared)


def carry_out(
    trial: Trial, plan: Plan, prepared: Prepared, folder: Path, progress: Progress
) -> float:
    """Train, and return the best value of the watched figure over all validations, as Koch did.

    Leaves the trial's recipe and learning curves in `folder`. Raises `TrialPruned` for a trial
    worse than the median of the earlier ones, `GemelError` for one that cannot be trained or
    collapses.
    """
    run = Run.unused(folder.parent, folder.name)
    with fast_arithmetic():
        write_text(run.recipe, recipe_text(plan.recipe))
        first = pretraining_data(plan.recipe, prepared, progress)
        try:
            *_, trainer = train_plan(plan, first, run, progress, TrialWatch(trial, plan.recipe))
        finally:
            for each in (run, pretraining_of(run)):
                shutil.rmtree(each.checkpoints, ignore_errors=True)
    best = trainer.counters.best
    assert best is not None
    return best


@final
class TrialWatch:
    """Report each validation to the study, and stop the trial if it collapses or is pruned."""

    def __init__(self, trial: Trial, recipe: Recipe) -> None:
        self.trial = trial
        self.figure = recipe.validation.figure

    def __call__(self, counters: Counters) -> None:
        for sentence in counters.warnings:
            if sentence.startswith("collapse"):
                raise RunError(sentence)
        self.trial.report(counters.history[-1][self.figure], step=len(counters.history))
        if self.trial.should_prune():
            raise TrialPruned
