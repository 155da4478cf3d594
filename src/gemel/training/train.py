"""The whole of a training: from data to a finished run, in the order of DESIGN.md's data flow."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from gemel.counting import count
from gemel.data import Dataset, open_data
from gemel.errors import DataError, RecipeError, RunError
from gemel.matcher import load
from gemel.measure.calibrate import calibration_pairs, check_target
from gemel.measure.learned import digests_of, write_learned
from gemel.measure.packed import Inputs
from gemel.measure.prepare import prepare
from gemel.measure.prepared import Prepared, parts_of
from gemel.measure.reading import resolve_inputs, resolved, unread_notices
from gemel.measure.run_data import refuse_gone, run_data
from gemel.measure.subject import subject
from gemel.progress import Progress
from gemel.recipe import Recipe, load_recipe, recipe_text
from gemel.recipe.schema import AFTERWARDS, WORDS
from gemel.report import write_report_of
from gemel.run import Run
from gemel.training.batch_numbers import batch_notices, resolve_batch
from gemel.training.checkpoint import Counters, read_counters
from gemel.training.data import build_batches, build_feeds, statistics_of
from gemel.training.loop import Trainer
from gemel.training.make_matcher import make_matcher
from gemel.training.order import Order, held, run_for, source_of, where
from gemel.training.own_figures import check_measurable, own_figures, write_metrics
from gemel.training.parts import InputStatistics, build_loss, build_memory, build_twin, twin_in_use
from gemel.training.plan import Plan
from gemel.training.pretrain import pretrain, pretraining_data
from gemel.training.speed import fast_arithmetic
from gemel.training.validation import build_validation
from gemel.training.whitening import whiten
from gemel.whole_file import write_json, write_text


def train(order: Order, progress: Progress) -> Run:
    """Trains, calibrates, measures and reports; returns the run."""
    begun = time.monotonic()
    _check_devices(order.devices)
    run = run_for(order)
    with held(run, order):
        _carry_out(order, run, begun, progress)
    return run


def _carry_out(order: Order, run: Run, begun: float, progress: Progress) -> None:
    dataset, recipe = _resumed(order, run) if order.resume else _ordered(order)
    prepared, recipe = prepare_for(dataset, recipe, progress)
    if order.resume:
        _check_kept(recipe, load_recipe(run.recipe))
    check_target(calibration_pairs(recipe, prepared).same, recipe.calibration)
    check_measurable(prepared, recipe)
    first = pretraining_data(recipe, prepared, progress)
    with fast_arithmetic():
        plan = make_plan(recipe, prepared)
        told = [where(order, run)]
        if order.resume:
            told.append(_no_longer(run, recipe, plan.batches.steps))
        learned_from = [prepared] if first is None else [prepared, first]
        _begin(run, recipe, dataset, learned_from, order)
        for sentence in filter(None, told):
            progress.say(sentence)
        pretrained = None if first is None else pretrain(plan, first, run, progress)
        trainer = Trainer(plan, run, progress)
        trained = trainer.train()
    doubts = make_matcher(run, plan, prepared, progress, _trained(trained, recipe, pretrained))
    asked = subject(load(run.path), prepared, progress)
    verified, others = own_figures(asked, recipe)
    notices = (*prepared.notices, *trained.warnings, *doubts)
    elsewhere = trainer.before + (pretrained.before if pretrained else 0.0)
    seconds = time.monotonic() - begun + elsewhere
    write_metrics(run, [verified.answer, *others], notices, seconds)
    write_report_of(run, asked, verified)
    for sentence in doubts:  # the trainer has already reported its own warnings
        progress.say(f"warning: {sentence}")


def _check_devices(devices: int | str) -> None:
    if devices not in {"auto", 1}:
        raise RecipeError(
            f"a training runs on one device so far, got {devices!r}: leave the devices out, or say "
            "auto to have the fastest one chosen"
        )


def _ordered(order: Order) -> tuple[Dataset, Recipe]:
    assert order.data is not None
    # The recipe first, so that a mistake in it is reported before any download.
    chosen = None if order.recipe is None else load_recipe(order.recipe, order.changes)
    dataset = open_data(order.data, kind=order.kind)
    _check_kind(order, dataset)
    if chosen is None:
        chosen = load_recipe(usual_recipe(dataset), order.changes)
    return dataset, chosen


def _check_kind(order: Order, dataset: Dataset) -> None:
    """Raises `DataError` for a kind beside data that are what they are, as built-in ones."""
    if order.kind not in (None, dataset.kind):
        raise DataError(
            f"{dataset.name} holds items of the kind {dataset.kind}, and --kind {order.kind} does "
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


def _resumed(order: Order, run: Run) -> tuple[Dataset, Recipe]:
    about = run_data(run)
    if order.data is None:
        refuse_gone(run, about["source"])
    dataset = open_data(order.data or about["source"], kind=order.kind or about.get("kind"))
    _check_kind(order, dataset)
    if dataset.fingerprint() != about["fingerprint"]:
        if order.data and source_of(order.data) != about["source"]:
            raise RunError(
                f"{run.path} was begun on {about['source']}, and {order.data} holds other data: "
                "name those, or train a new run"
            )
        raise RunError(f"{dataset.name} has changed since {run.path} was begun: train a new run")
    chosen = run.recipe if order.recipe is None else order.recipe
    return dataset, load_recipe(chosen, order.changes)


def _check_kept(recipe: Recipe, begun: Recipe) -> None:
    """Raises `RecipeError` if the recipe of a resumed run has changed.

    Except for the length of the training, descriptions, and what follows the training.
    """
    asked, kept = _but_its_length(recipe), _but_its_length(begun)
    changed = [
        key
        for key in Recipe.model_fields
        if key not in WORDS | AFTERWARDS and getattr(asked, key) != getattr(kept, key)
    ]
    if changed:
        raise RecipeError(
            "a resumed run keeps the recipe it was begun with, and now differs in "
            f"{', '.join(changed)}: leave out --recipe, --seed and --set, or train a new run"
        )


def _no_longer(run: Run, recipe: Recipe, steps: int) -> str | None:
    """A sentence where a resumed training has its length already; None where more is to come.

    Raises `RecipeError` where another length is asked for than the run was begun with, and it has
    trained for longer: its recipe would then say what its matcher is not.
    """
    if not run.last_checkpoint.is_file():
        return None
    counters, asked = read_counters(run.last_checkpoint), recipe.training
    begun = load_recipe(run.recipe).training
    if asked.minutes is not None:
        done, wanted = counters.seconds / 60, asked.minutes
        length, longer = f"{done:.3g} minutes", f"--minutes above {done:.3g}"
    else:
        done, wanted = counters.step / steps, float(asked.epochs or 1)
        length = count(math.ceil(done), "epoch")
        longer = f"--epochs {math.ceil(done)} or more"
    if done < wanted:
        return None
    if done > wanted and (asked.epochs, asked.minutes) != (begun.epochs, begun.minutes):
        raise RecipeError(
            f"{run.path} has trained for {length}, and a resumed run does not become shorter, got "
            f"a length of {wanted:g}: ask for {longer}, or train a new run"
        )
    return f"{run.path} has trained for {length} already: no training follows."


def _but_its_length(recipe: Recipe) -> Recipe:
    """The recipe with the settings of the training's length removed, for comparison."""
    keep = "best" if recipe.training.keeps_best else "last"
    update = {"epochs": None, "minutes": None, "patience": None, "keep": keep}
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=update)})


def prepare_for(dataset: Dataset, recipe: Recipe, progress: Progress) -> tuple[Prepared, Recipe]:
    """The prepared data, and the recipe with everything that depends on them resolved."""
    left, right = resolve_inputs(recipe, dataset)
    prepared = prepare(dataset, Inputs(left, right), recipe.split, recipe.seed, progress)
    for sentence in (*prepared.notices, *unread_notices(recipe, dataset)):
        progress.say(sentence)
    update: dict[str, Any] = {"input": resolved(recipe.input, left)}
    if recipe.right is not None:
        own = {"input": resolved(recipe.right.input, right)}
        update["right"] = recipe.right.model_copy(update=own)
    resolved_recipe = resolve_batch(recipe.model_copy(update=update), prepared)
    for sentence in batch_notices(recipe.batch, resolved_recipe.batch, prepared):
        progress.say(sentence)
    return prepared, resolved_recipe


def make_plan(recipe: Recipe, prepared: Prepared) -> Plan:
    """The plan of a resolved recipe, with the network in its initial state."""
    packed = prepared.packed
    left = InputStatistics(packed.left.input, statistics_of(prepared))
    right = None
    if not packed.alike:
        right = InputStatistics(packed.right.input, statistics_of(prepared, "right"))
    twin = build_twin(recipe, left, right)
    whiten(twin, prepared)
    memory = build_memory(recipe, twin)
    left_feed, right_feed = build_feeds(recipe, packed)
    return Plan(
        recipe=recipe,
        twin=twin,
        used=twin_in_use(recipe, twin),
        loss=build_loss(recipe, twin),
        batches=build_batches(recipe, prepared),
        left=left_feed,
        right=right_feed,
        validate=build_validation(prepared, recipe, memory),
        memory=memory,
    )


def _begin(
    run: Run, recipe: Recipe, dataset: Dataset, learned_from: Sequence[Prepared], order: Order
) -> None:
    """Writes what describes a run, before its first step.

    `learned_from` starts with the run's own data; pretraining data follow. The recipe is written
    last: with it the folder is a run that can be resumed.
    """
    if not order.resume:
        write_json(run.data, _about(dataset, learned_from[0], order))
        learned = [digests_of(each, "train", "validation") for each in learned_from]
        write_learned(run, np.concatenate(learned))
    write_text(run.recipe, recipe_text(recipe))


def _about(dataset: Dataset, prepared: Prepared, order: Order) -> dict[str, Any]:
    return {
        "source": source_of(str(order.data)),
        "name": dataset.name,
        "kind": dataset.kind,
        "fingerprint": dataset.fingerprint(),
        "items": dataset.items.fingerprint(),
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


def _trained(counters: Counters, recipe: Recipe, pretrained: Trainer | None) -> dict[str, Any]:
    """The provenance of a matcher's training; seconds include pretraining."""
    own = () if pretrained is None else (pretrained.counters,)
    epochs = counters.history[-1]["epoch"]
    return {
        "epochs": epochs,
        "kept_epoch": counters.best_epoch if recipe.training.keeps_best else epochs,
        "steps": counters.taken,
        "training_seconds": round(sum(each.seconds for each in (*own, counters)), 1),
        "training_cpu_seconds": round(sum(each.cpu_seconds for each in (*own, counters)), 1),
        **counters.speed,
    }
