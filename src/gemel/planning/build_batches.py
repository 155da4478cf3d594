"""Builds the batches of a recipe over the training part of prepared data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

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
)
from gemel.data import Dataset
from gemel.errors import DataError, RecipeError
from gemel.evaluation.group_pairs import group_pairs
from gemel.evaluation.pairs import consecutive_pairs
from gemel.inputs import Kind
from gemel.measure.prepared import Prepared
from gemel.planning.label_index import label_index, two_sided_index
from gemel.recipe.batches import (
    BatchChoice,
    ClassesBatch,
    EpisodesBatch,
    PairsBatch,
    PartnersBatch,
    SequencesBatch,
    TrialsBatch,
    TripletsBatch,
)
from gemel.recipe.schema import Recipe

DrawnBatch: TypeAlias = PairsBatch | TripletsBatch | ClassesBatch | EpisodesBatch | SequencesBatch
"""Batches drawn at random in every epoch, by label and group alone."""

OF_PAIRS: Mapping[Kind, str] = {"image": "pairs", "text": "text-pairs"}
"""The recipes that train on given pairs, by the kind of items."""


def build_batches(recipe: Recipe, prepared: Prepared) -> BatchKind:
    """The batches of a resolved recipe over the training part.

    Raises `RecipeError` for batches that the data do not allow, and `DataError` for given pairs
    that are too few or all of one kind.
    """
    batch, dataset = recipe.batch, prepared.dataset
    if batch.kind == "partners":
        return _partners(prepared, batch)
    if batch.kind == "pairs" and batch.source == "given":
        return _given(prepared, batch)
    if dataset.labels is None:
        raise RecipeError(_no_labels(batch, dataset))
    if dataset.unlike is not None:
        return _across(prepared, batch)
    if batch.kind == "pairs" and batch.source != "random":
        return _drawn_once(prepared, batch, recipe.seed)
    return _drawn(prepared, batch)


def _no_labels(batch: BatchChoice, dataset: Dataset) -> str:
    """What to do where pairs are given, and no labels to draw from."""
    scored = dataset.pairs is not None and dataset.pairs.scores is not None
    what, loss = ("scored", "graded") if scored else ("labelled", "contrastive")
    named = "text-scores" if scored and dataset.kind == "text" else OF_PAIRS.get(dataset.kind)
    return (
        f"batches of {batch.kind} are drawn by label, and {dataset.name} has {what} pairs only: "
        f"{f'use --recipe {named}, or ' if named else ''}set batch.kind=pairs, batch.source=given "
        f"and loss.name={loss}"
    )


def _partners(prepared: Prepared, batch: PartnersBatch) -> Partners:
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
    return Partners(left, right, batch.size, prepared.packed.lengths(left, right))


def _given(prepared: Prepared, batch: PairsBatch) -> GivenPairs:
    given = prepared.dataset.pairs
    if given is None:
        raise RecipeError(
            f"the recipe trains on given pairs, and {prepared.dataset.name} has labels: set "
            "batch.source=random, or use another recipe"
        )
    rows, grades = prepared.pair_rows("train"), given.grades()
    same = given.same[rows]
    if same.all() or not same.any():
        raise DataError(
            "training needs matching and different pairs, and all that fall on the training side "
            f"are {'matching' if same.all() else 'different'}: add pairs of the other kind"
        )
    left, right = given.left[rows], given.right[rows]
    own = None if grades is None else grades[rows]
    lengths = prepared.packed.lengths(left, right)
    return GivenPairs(left, right, same, batch.size, 1 + batch.copies, lengths, own)


def _drawn_once(prepared: Prepared, batch: PairsBatch, seed: int) -> GivenPairs:
    """Pairs of genuine training items, by the rule of `batch.source`."""
    train = prepared.genuine_part("train")
    labels = prepared.labels(train)
    if batch.source == "consecutive":
        pairs = consecutive_pairs(labels, seed)
    else:
        pairs = group_pairs(labels, prepared.groups(train), batch.per_epoch or len(train), seed)
    left, right = train[pairs.left], train[pairs.right]
    lengths = prepared.packed.lengths(left, right)
    return GivenPairs(left, right, pairs.same, batch.size, 1 + batch.copies, lengths)


def _across(prepared: Prepared, batch: BatchChoice) -> AcrossSides:
    """Batches of data whose sides hold different kinds of items."""
    if batch.kind != "classes":
        raise RecipeError(
            f"batches of {batch.kind} are drawn from items of one kind, and "
            f"{prepared.dataset.name} has another kind on each side: set batch.kind=classes"
        )
    assert batch.labels != "auto"
    items = 1 if batch.items == "auto" else batch.items
    groups = None if batch.groups == "all" else batch.groups
    return AcrossSides(two_sided_index(prepared), batch.labels, items, groups)


def _drawn(prepared: Prepared, batch: DrawnBatch | TrialsBatch) -> BatchKind:
    if isinstance(batch, ClassesBatch | TrialsBatch) and batch.turned:
        _check_square(prepared.packed.left.input.shape)
    index = label_index(prepared)
    if batch.kind == "trials":
        makers = prepared.dataset.makers
        return Trials(index, makers, batch.trials, batch.ways, batch.turned, batch.overlaid)
    return _drawn_by_label(index, batch)


def _check_square(shape: tuple[int, ...]) -> None:
    if shape[-1] != shape[-2]:
        raise RecipeError(
            f"batch.turned needs square pictures, got {shape[-2]}x{shape[-1]}: set input.size to "
            "two equal numbers, or leave batch.turned out"
        )


def _drawn_by_label(index: LabelIndex, batch: DrawnBatch) -> BatchKind:
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
