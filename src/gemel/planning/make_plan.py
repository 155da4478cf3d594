"""From data and a recipe to the plan of a training."""

from __future__ import annotations

from typing import Any

from gemel.data import Dataset
from gemel.measure.packed import PackedSide, PackedSides
from gemel.measure.prepare import prepare
from gemel.measure.prepared import Prepared
from gemel.planning.augmenting import build_augment
from gemel.planning.batch_numbers import batch_notices, resolve_batch
from gemel.planning.build_batches import build_batches
from gemel.planning.build_encoder import InputStatistics
from gemel.planning.build_network import build_loss, build_memory, build_twin, twin_in_use
from gemel.planning.pixel_statistics import statistics_of
from gemel.planning.plan import Feed, Plan
from gemel.planning.resolve_inputs import resolve_inputs, resolved, unread_notices
from gemel.planning.validation import build_validation
from gemel.planning.whitening import whiten
from gemel.progress import Progress
from gemel.recipe.augmentation import AugmentChoice
from gemel.recipe.schema import Recipe


def prepare_and_resolve(
    dataset: Dataset, recipe: Recipe, progress: Progress
) -> tuple[Prepared, Recipe]:
    """The prepared data, and the recipe with everything that depends on them resolved."""
    left, right = inputs = resolve_inputs(recipe, dataset)
    prepared = prepare(dataset, inputs, recipe.split, recipe.seed, progress)
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


def build_feeds(recipe: Recipe, packed: PackedSides) -> tuple[Feed, Feed]:
    """The feeds of the left and right side; the same object for a shared tie."""
    left = _feed(packed.left, recipe.augment)
    shared = recipe.tie == "shared"
    return left, left if shared else _feed(packed.right, recipe.right_side.augment)


def _feed(packed: PackedSide, setting: AugmentChoice) -> Feed:
    return Feed(packed.feed, build_augment(setting, packed.input))
