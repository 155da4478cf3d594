"""Builds from prepared data what training needs: pixel statistics, batches and feeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gemel.arrays import Array, Floats, Indices, Side, evenly_spaced
from gemel.batches import (
    AcrossSides,
    BatchKind,
    Classes,
    Episodes,
    GivenPairs,
    LabelIndex,
    Partners,
    RandomPairs,
    Sequences,
    Trials,
    Triplets,
    TwoSidedIndex,
)
from gemel.encoders import PixelStatistics
from gemel.errors import DataError, RecipeError
from gemel.evaluation.group_pairs import group_pairs
from gemel.evaluation.pairs import PairSample, consecutive_pairs
from gemel.measure.packed import PackedSide, PackedSides
from gemel.measure.prepared import Prepared
from gemel.recipe import Recipe
from gemel.recipe.augmentation import AugmentChoice
from gemel.recipe.objective import (
    BatchChoice,
    ClassesBatch,
    EpisodesBatch,
    PairsBatch,
    SequencesBatch,
    TrialsBatch,
    TripletsBatch,
)
from gemel.training.augmenting import build_augment
from gemel.training.plan import Feed

DrawnBatch: TypeAlias = PairsBatch | TripletsBatch | ClassesBatch | EpisodesBatch | SequencesBatch
"""Batches drawn at random in every epoch, by label and group alone."""

STATISTICS_ITEMS = 2_000
STATISTICS_AT_ONCE = 16
"""Items held in memory as floats while statistics are accumulated."""


def statistics_of(prepared: Prepared, side: Side = "left") -> PixelStatistics | None:
    """Mean and std per channel of up to `STATISTICS_ITEMS` training items; None for texts."""
    packed, train = prepared.packed.side(side), prepared.part("train")
    train = train[packed.holds(train)]
    chosen = train[evenly_spaced(len(train), STATISTICS_ITEMS)]
    if packed.input.kind == "text":
        return None
    mean = _mean_over(packed, chosen, lambda values: values)
    variance = _mean_over(packed, chosen, lambda values: np.square(values - mean))
    return PixelStatistics(mean.tolist(), np.sqrt(variance).tolist())


def _mean_over(side: PackedSide, items: Indices, of: Callable[[Array], Array]) -> Floats:
    """(channels,) mean of `of(values)` over all pixels or samples, a few items at a time."""
    total, count = np.zeros(1), 0
    for start in range(0, len(items), STATISTICS_AT_ONCE):
        values = _values(side, items[start : start + STATISTICS_AT_ONCE])
        total = total + of(values).sum(0, dtype=np.float64)
        count += len(values)
    mean: Floats = total / count
    return mean


def _values(side: PackedSide, items: Indices) -> Array:
    """(n, channels) all pixels or samples of the items, without padding."""
    floats, *lengths = side.feed(items)
    if lengths:
        own: Array = floats[np.arange(floats.shape[1]) < lengths[0][:, None]]
        return own
    return np.moveaxis(floats, 1, -1).reshape(-1, floats.shape[1])


def build_batches(recipe: Recipe, prepared: Prepared) -> BatchKind:
    """The batches of a resolved recipe over the training part.

    Raises `RecipeError` for batches that the data do not allow, and `DataError` for given pairs
    that are too few or all of one kind.
    """
    batch, train = recipe.batch, prepared.part("train")
    if batch.kind == "partners":
        return _partners(prepared, batch.size)
    if batch.kind == "pairs" and batch.source == "given":
        return _given(prepared, batch)
    if prepared.dataset.labels is None:
        raise RecipeError(
            f"batches of {batch.kind} are drawn by label, and {prepared.dataset.name} has labelled "
            "pairs only: use --recipe pairs, or set batch.kind=pairs and batch.source=given"
        )
    if prepared.dataset.unlike is not None:
        return _across(prepared, batch)
    genuine = prepared.genuine(train)
    train, forgeries = train[genuine], train[~genuine]
    if batch.kind == "pairs" and batch.source != "random":
        return _kept_pairs(prepared, train, _pairs_of(prepared, train, batch, recipe.seed), batch)
    if isinstance(batch, ClassesBatch | TrialsBatch) and batch.turned:
        _check_square(prepared.packed.left.input.shape)
    index = LabelIndex(train, prepared.dataset.labels, prepared.dataset.groups, forgeries)
    if batch.kind == "trials":
        makers = prepared.dataset.makers
        return Trials(index, makers, batch.trials, batch.ways, batch.turned, batch.overlaid)
    return _drawn(index, batch)


def _pairs_of(prepared: Prepared, train: Indices, batch: PairsBatch, seed: int) -> PairSample:
    """Pairs of genuine training items, drawn once by the rule of `batch.source`."""
    labels = prepared.labels(train)
    if batch.source == "consecutive":
        return consecutive_pairs(labels, seed)
    return group_pairs(labels, prepared.groups(train), batch.per_epoch or len(train), seed)


def _drawn(index: LabelIndex, batch: DrawnBatch) -> BatchKind:
    groups = None if batch.groups == "all" else batch.groups
    match batch.kind:
        case "pairs":
            return RandomPairs(index, batch.size, batch.per_epoch, groups, batch.forged)
        case "triplets":
            return Triplets(index, batch.size, groups, batch.forged)
        case "classes":
            assert batch.labels != "auto"
            assert batch.items != "auto"
            views = 2 if batch.instances else 1
            return Classes(
                index, batch.labels, batch.items, groups, views, batch.turned, batch.forged
            )
        case "episodes":
            return Episodes(index, batch.ways, batch.shots, batch.queries, groups)
        case "sequences":
            return Sequences(index, batch.ways, batch.items, batch.size, groups)


def _kept_pairs(
    prepared: Prepared, train: Indices, pairs: PairSample, batch: PairsBatch
) -> GivenPairs:
    """Pairs of training items, the same in every epoch."""
    left, right = train[pairs.left], train[pairs.right]
    lengths = prepared.packed.lengths(left, right)
    return GivenPairs(left, right, pairs.same, batch.size, 1 + batch.copies, lengths)


def _check_square(shape: tuple[int, ...]) -> None:
    if shape[-1] != shape[-2]:
        raise RecipeError(
            f"batch.turned needs square pictures, got {shape[-2]}x{shape[-1]}: set input.size to "
            "two equal numbers, or leave batch.turned out"
        )


def _across(prepared: Prepared, batch: BatchChoice) -> AcrossSides:
    """Batches of data whose sides hold different kinds of items."""
    train, unlike = prepared.part("train"), prepared.dataset.unlike
    assert unlike is not None
    assert prepared.dataset.labels is not None
    if batch.kind != "classes":
        raise RecipeError(
            f"batches of {batch.kind} are drawn from items of one kind, and "
            f"{prepared.dataset.name} has another kind on each side: set batch.kind=classes"
        )
    left, right = train[unlike.left[train]], train[unlike.right[train]]
    index = TwoSidedIndex(left, right, prepared.dataset.labels, prepared.dataset.groups)
    assert batch.labels != "auto"
    groups = None if batch.groups == "all" else batch.groups
    return AcrossSides(index, batch.labels, 1 if batch.items == "auto" else batch.items, groups)


def _given(prepared: Prepared, batch: PairsBatch) -> GivenPairs:
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
    left, right, grades = given.left[rows], given.right[rows], given.grades()
    own = None if grades is None else grades[rows]
    lengths = prepared.packed.lengths(left, right)
    return GivenPairs(left, right, same, batch.size, 1 + batch.copies, lengths, own)


def _partners(prepared: Prepared, size: int) -> Partners:
    given = prepared.dataset.pairs
    if given is None:
        raise RecipeError(
            f"batches of partners are of given pairs, and {prepared.dataset.name} has labels: set "
            "batch.kind=classes"
        )
    rows = prepared.pair_rows("train")
    rows = rows[given.same[rows] & (given.left[rows] != given.right[rows])]
    if len(rows) < 2:
        raise DataError(
            "batches of partners need two matching pairs on the training side or more, got "
            f"{len(rows)}: add matching pairs"
        )
    left, right = given.left[rows], given.right[rows]
    return Partners(left, right, size, prepared.packed.lengths(left, right))


def build_feeds(recipe: Recipe, packed: PackedSides) -> tuple[Feed, Feed]:
    """The feeds of the left and right side; the same object for a shared tie."""
    left = _feed(packed.left, recipe.augment)
    shared = recipe.tie == "shared"
    return left, left if shared else _feed(packed.right, recipe.right_side.augment)


def _feed(packed: PackedSide, setting: AugmentChoice) -> Feed:
    return Feed(packed.feed, build_augment(setting, packed.input))
