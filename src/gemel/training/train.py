"""The whole of a training: from data to a finished run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from gemel.data import Dataset
from gemel.errors import RecipeError
from gemel.export.make_matcher import make_matcher
from gemel.matcher import load
from gemel.measure.calibrate import calibration_pairs, check_target
from gemel.measure.learned import digests_of, write_learned
from gemel.measure.prepared import Prepared, parts_of
from gemel.measure.subject import Subject
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.progress import Progress
from gemel.recipe.files import load_recipe, recipe_text
from gemel.recipe.schema import Recipe
from gemel.report import check_packages, write_report_of
from gemel.run import Run
from gemel.training.arithmetic import fast_arithmetic
from gemel.training.loop import Trainer
from gemel.training.own_figures import check_measurable, own_figures, write_metrics
from gemel.training.pretrain import pretraining_data
from gemel.training.request import TrainingRequest, held, run_for, source_of, where
from gemel.training.requested_data import requested, resumed
from gemel.training.resume import check_kept, trained_already
from gemel.training.train_plan import train_plan
from gemel.whole_file import write_json, write_text


def train(request: TrainingRequest, progress: Progress) -> Run:
    """Trains, calibrates, measures and reports; returns the run."""
    begun = time.monotonic()
    _check_devices(request.devices)
    check_packages()
    run = run_for(request)
    with held(run, request):
        _carry_out(request, run, begun, progress)
    return run


def _check_devices(devices: int | str) -> None:
    if devices not in {"auto", 1}:
        raise RecipeError(
            f"a training runs on one device so far, got {devices!r}: leave the devices out, or say "
            "auto to have the fastest one chosen"
        )


def _carry_out(request: TrainingRequest, run: Run, begun: float, progress: Progress) -> None:
    dataset, recipe = resumed(request, run) if request.resume else requested(request)
    prepared, recipe = prepare_and_resolve(dataset, recipe, progress)
    if request.resume:
        check_kept(recipe, load_recipe(run.recipe))
    check_target(calibration_pairs(recipe, prepared).same, recipe.calibration)
    check_measurable(prepared, recipe)
    first = pretraining_data(recipe, prepared, progress)
    with fast_arithmetic():
        plan = make_plan(recipe, prepared)
        already = trained_already(run, recipe, plan.batches.steps) if request.resume else None
        _begin(run, recipe, dataset, [prepared] if first is None else [prepared, first], request)
        for sentence in filter(None, (where(request, run), already)):
            progress.say(sentence)
        trainers = train_plan(plan, first, run, progress)
    run.metrics.unlink(missing_ok=True)  # of the matcher that is replaced
    doubts = make_matcher(run, plan, prepared, progress, _provenance(recipe, trainers))
    subject = Subject.of(load(run.path), prepared, progress)
    verified, answers = own_figures(subject, recipe)
    notices = (*prepared.notices, *trainers[-1].counters.warnings, *doubts)
    seconds = time.monotonic() - begun + sum(each.before for each in trainers)
    write_metrics(run, answers, notices, seconds)
    write_report_of(run, subject, verified)
    for sentence in doubts:  # the trainer has already reported its own warnings
        progress.say(f"warning: {sentence}")


def _begin(
    run: Run,
    recipe: Recipe,
    dataset: Dataset,
    learned_from: Sequence[Prepared],
    request: TrainingRequest,
) -> None:
    """Writes what describes a run, before its first step.

    `learned_from` starts with the run's own data; pretraining data follow. The recipe is written
    last: with it the folder is a run that can be resumed.
    """
    if not request.resume:
        write_json(run.data, _about(dataset, learned_from[0], request))
        learned = [digests_of(each, "train", "validation") for each in learned_from]
        write_learned(run, np.concatenate(learned))
    write_text(run.recipe, recipe_text(recipe))


def _about(dataset: Dataset, prepared: Prepared, request: TrainingRequest) -> dict[str, Any]:
    return {
        "source": source_of(str(request.data)),
        "name": dataset.name,
        "kind": dataset.kind,
        "fingerprint": dataset.fingerprint(),
        "unreadable": dict(prepared.packed.unreadable),
        "split": {
            "by": prepared.split.by,
            "reason": prepared.split.reason,
            "sides": [
                {"name": name, "items": items, "labels": labels}
                for name, items, labels in parts_of(prepared)
            ],
        },
    }


def _provenance(recipe: Recipe, trainers: Sequence[Trainer]) -> dict[str, Any]:
    """How the weights came about; seconds are those of all trainers, and the rest of the last."""
    every = [trainer.counters for trainer in trainers]
    counters = every[-1]
    epochs = counters.history[-1]["epoch"]
    return {
        "epochs": epochs,
        "kept_epoch": counters.best_epoch if recipe.training.keeps_best else epochs,
        "steps": counters.taken,
        "training_seconds": round(sum(each.seconds for each in every), 1),
        "training_cpu_seconds": round(sum(each.cpu_seconds for each in every), 1),
        **counters.speed,
    }
