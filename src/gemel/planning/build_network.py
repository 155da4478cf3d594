"""Builds the parts that a recipe names: twin, memory and loss."""

from __future__ import annotations

from typing import Any

import torch

from gemel.encoders import Encoder
from gemel.errors import RecipeError
from gemel.inputs import ImageInput
from gemel.losses import LOSSES, Loss
from gemel.memories import MEMORIES, Memory
from gemel.metrics import METRICS, Metric
from gemel.planning.build_encoder import InputStatistics, build_encoder, build_pair_encoder
from gemel.readers import READERS, Reader
from gemel.recipe.schema import Recipe
from gemel.recipe.setting import Setting
from gemel.twin import JointTwin, SeparateTwin, SharedTwin, Twin, check_margin, in_use, views_of

ATTENDING = frozenset({"attention", "full-context"})
"""Readers whose distances are shares of attention, not the metric's own."""


def build_twin(recipe: Recipe, left: InputStatistics, right: InputStatistics | None = None) -> Twin:
    """The twin with its initial weights, which depend only on the recipe and its seed.

    `right` describes the right side, if it differs from the left.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        if recipe.tie == "joint":
            return _joint(recipe, left, right)
        encoder = build_encoder(recipe.encoder, left)
        if recipe.tie == "shared":
            reader = _reader(recipe, encoder.embedding_size)
            return SharedTwin(encoder, _metric(recipe, encoder), reader)
        other = build_encoder(recipe.right_side.encoder, right or left)
        return SeparateTwin(encoder, other, _metric(recipe, encoder))


def _joint(recipe: Recipe, left: InputStatistics, right: InputStatistics | None) -> JointTwin:
    """A joint twin; raises `RecipeError` unless both sides are pictures."""
    first, second = left.input, (right or left).input
    if not (isinstance(first, ImageInput) and isinstance(second, ImageInput)):
        raise RecipeError(
            "a joint tie needs pictures on both sides, got items of the kinds "
            f"{first.kind} and {second.kind}: set tie to shared or separate"
        )
    encoder = build_pair_encoder(recipe.encoder, left, right or left)
    return JointTwin(encoder, (first.shape, second.shape), exchangeable=right is None)


def _metric(recipe: Recipe, encoder: Encoder) -> Metric:
    build = METRICS[recipe.metric.name]
    return build(encoder.embedding_size, encoder.map_size, **_settings(recipe.metric))


def _reader(recipe: Recipe, size: int) -> Reader | None:
    if recipe.reader is None:
        return None
    return READERS[recipe.reader.name](size, **_settings(recipe.reader))


def _settings(part: Setting) -> dict[str, Any]:
    """What a part's constructor takes by name."""
    return part.model_dump(exclude={"name"})


def twin_in_use(recipe: Recipe, twin: Twin) -> Twin:
    """The twin as a matcher uses it, with the recipe's test-time augmentation."""
    setting = recipe.test_time
    if setting is None:
        return twin
    assert isinstance(twin, SharedTwin), "the recipe has checked it"
    views = views_of(setting.mirror, turn=setting.turn)
    return in_use(twin, views, soften=setting.soften)


def build_memory(recipe: Recipe, twin: Twin) -> Memory | None:
    """The recipe's memory, for embeddings of the twin; None if it has none."""
    if recipe.memory is None:
        return None
    assert recipe.batch.kind == "sequences"
    size = twin.encoders[0].embedding_size
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return MEMORIES[recipe.memory.name](size, recipe.batch.ways, **_settings(recipe.memory))


def build_loss(recipe: Recipe, twin: Twin) -> Loss:
    """The loss. Raises `RecipeError` for a margin beyond the metric's reach."""
    settings = _settings(recipe.loss)
    if recipe.loss.name in {"binary-cross-entropy", "squared-error"}:
        settings["learned_scale"] = not twin.learned
    if recipe.loss.name == "pytorch-metric-learning":
        attends = recipe.reader is not None and recipe.reader.name in ATTENDING
        settings["similar"] = recipe.metric.name == "cosine" and not attends
    loss = LOSSES[recipe.loss.name](**settings)
    check_margin(loss.margin, twin)
    return loss
