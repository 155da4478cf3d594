"""What a training takes from its data: pixel statistics, batches, validation figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from gemel.arrays import Distances, Embeddings, Indices
from gemel.batches import (
    BatchKind,
    Classes,
    Episodes,
    GivenPairs,
    LabelIndex,
    RandomPairs,
    Triplets,
)
from gemel.encoders import PixelStatistics
from gemel.errors import DataError, RecipeError
from gemel.evaluation.comparer import EmbeddingComparer
from gemel.evaluation.pairs import PairLimits, PairSample, consecutive_pairs
from gemel.functional.roc import auc, eer, roc
from gemel.measure.prepared import Prepared
from gemel.recipe import Recipe
from gemel.recipe.objective import ClassesBatch
from gemel.shapes import Items
from gemel.training.collapse import spread
from gemel.twin import SharedTwin

STATISTICS_ITEMS = 2_000
VALIDATION_ITEMS = 1_500
VALIDATION_PAIRS = PairLimits(genuine=5_000, impostors=10_000)
MOST_LABELS = 32
"""In a batch of classes, where the recipe leaves it open."""


def statistics_of(prepared: Prepared) -> PixelStatistics | None:
    """Mean and deviation per channel over (a sample of) the training items; tokens have none."""
    train = prepared.side("train")
    chosen = train[np.linspace(0, len(train) - 1, min(STATISTICS_ITEMS, len(train))).astype(int)]
    if prepared.input.kind == "text":
        return None
    floats, *lengths = prepared.input.feed(prepared.pack[chosen])
    if lengths:
        own = floats[np.arange(floats.shape[1]) < lengths[0][:, None]]
        return PixelStatistics(own.mean(0).tolist(), own.std(0).tolist())
    return PixelStatistics(
        [float(value) for value in floats.mean((0, 2, 3))],
        [float(value) for value in floats.std((0, 2, 3))],
    )


def resolve_batch(recipe: Recipe, prepared: Prepared) -> Recipe:
    """The recipe with the numbers that its `auto`s come to on these data."""
    batch = recipe.batch
    if prepared.dataset.labels is None or not isinstance(batch, ClassesBatch):
        return recipe
    instances = batch.instances
    if instances == "auto":
        instances = 0.0 if prepared.split.by == "item" else 1.0
    labels = len(np.unique(prepared.labels(prepared.side("train"))))
    size = batch.size // (2 if instances else 1)
    if batch.labels != "auto":
        many = batch.labels
    elif batch.items != "auto":
        many = max(2, min(labels, size // batch.items))
    else:
        many = max(2, min(labels, MOST_LABELS, size // 2))
    each = max(2, size // many) if batch.items == "auto" else batch.items
    update = {"labels": many, "items": each, "instances": instances}
    return recipe.model_copy(update={"batch": batch.model_copy(update=update)})


def build_batches(recipe: Recipe, prepared: Prepared) -> BatchKind:
    """The batch kind of a (resolved) recipe over the training side."""
    batch, train = recipe.batch, prepared.side("train")
    if batch.kind == "pairs" and batch.source == "given":
        return _given(prepared, batch.size)
    if prepared.dataset.labels is None:
        raise RecipeError(
            f"batches of {batch.kind} are drawn by label, and {prepared.dataset.name} has labelled "
            "pairs only: use --recipe pairs, or set batch.kind=pairs and batch.source=given"
        )
    genuine = prepared.genuine(train)
    train, forgeries = train[genuine], train[~genuine]
    if batch.kind == "pairs" and batch.source == "consecutive":
        pairs = consecutive_pairs(prepared.labels(train), recipe.seed)
        left, right = train[pairs.left], train[pairs.right]
        return GivenPairs(left, right, pairs.same, batch.size, _pair_lengths(prepared, left, right))
    index = LabelIndex(train, prepared.dataset.labels, prepared.dataset.groups, forgeries)
    groups = None if batch.groups == "all" else batch.groups
    match batch.kind:
        case "pairs":
            return RandomPairs(index, batch.size, batch.per_epoch, groups)
        case "triplets":
            return Triplets(index, batch.size, groups)
        case "classes":
            assert batch.labels != "auto"
            assert batch.items != "auto"
            views = 2 if batch.instances else 1
            return Classes(index, batch.labels, batch.items, groups, views)
        case "episodes":
            return Episodes(index, batch.ways, batch.shots, batch.queries, groups)


def _given(prepared: Prepared, size: int) -> GivenPairs:
    given = prepared.dataset.pairs
    if given is None:
        raise RecipeError(
            f"the recipe trains on given pairs, and {prepared.dataset.name} has labels: set "
            "batch.source=random, or use another recipe"
        )
    rows = prepared.pair_rows("train")
    same = given.same[rows]
    if same.all() or not same.any():
        raise DataError(
            "training needs matching and different pairs, and all that fall on the training side "
            f"are {'matching' if same.all() else 'different'}: add pairs of the other kind"
        )
    left, right = given.left[rows], given.right[rows]
    return GivenPairs(left, right, same, size, _pair_lengths(prepared, left, right))


def _pair_lengths(prepared: Prepared, left: Indices, right: Indices) -> Indices | None:
    lengths = prepared.pack.lengths
    return None if lengths is None else np.maximum(lengths[left], lengths[right])


def build_validation(prepared: Prepared, seed: int) -> Callable[[SharedTwin], dict[str, float]]:
    """The figures of a twin on a fixed sample of validation pairs."""
    items, pairs = _validation_sample(prepared, seed)

    def validate(twin: SharedTwin) -> dict[str, float]:
        embeddings = _embed(twin, prepared, items)
        distance = EmbeddingComparer(embeddings, _metric_of(twin)).pairs(pairs.left, pairs.right)
        curve = roc(distance, pairs.same)
        return {
            "auc": auc(curve),
            "eer": eer(curve),
            "spread": spread(torch.from_numpy(embeddings)),
        }

    return validate


def _validation_sample(prepared: Prepared, seed: int) -> tuple[Indices, PairSample]:
    """Items, and pairs as positions in them; a given table's pairs are all taken."""
    items = prepared.side("validation")
    if prepared.dataset.pairs is not None:
        return items, prepared.pairs("validation", "sampled", seed)
    if len(items) > VALIDATION_ITEMS:
        items = items[
            np.sort(np.random.default_rng(seed).permutation(len(items))[:VALIDATION_ITEMS])
        ]
    return items, prepared.sampled_pairs(items, seed, VALIDATION_PAIRS)


def _embed(twin: SharedTwin, prepared: Prepared, items: Indices) -> Embeddings:
    device = next(twin.parameters()).device
    order = prepared.pack.by_length(items)
    with torch.inference_mode():
        parts = [
            twin.embed(_items(prepared, chunk, device))
            for chunk in np.array_split(items[order], max(1, len(items) // 250))
        ]
        embeddings: Embeddings = torch.cat(parts).float().cpu().numpy()
    return embeddings[np.argsort(order)]


def _items(prepared: Prepared, positions: Indices, device: torch.device) -> Items:
    feed = prepared.input.feed(prepared.pack[positions])
    return tuple(torch.from_numpy(array).to(device) for array in feed)


def _metric_of(twin: SharedTwin) -> Callable[[Embeddings, Embeddings], Distances]:
    device = next(twin.parameters()).device

    def metric(left: Embeddings, right: Embeddings) -> Distances:
        with torch.inference_mode():
            sets = (
                torch.from_numpy(np.ascontiguousarray(side)).to(device) for side in (left, right)
            )
            distances: Distances = twin.metric(*sets).cpu().numpy()
        return distances

    return metric
