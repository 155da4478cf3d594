"""Checks across the sections of a recipe: which settings do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gemel.recipe.augmentation import AugmentChoice, AugmentSetting, GroupAugmentSetting
from gemel.recipe.one_side import check_augments, check_takes, check_turns
from gemel.recipe.rows import check_measured
from gemel.recipe.setting import refuse_idle

if TYPE_CHECKING:
    from gemel.recipe.schema import Recipe

ROW_LOSSES = frozenset({"distance-ratio", "pytorch-metric-learning", "softmax", "triplet"})
"""Losses that contrast matching with different items, and so need both in each row."""

GROUPED_BATCHES = frozenset({"classes", "trials", "episodes"})


def check_agreement(recipe: Recipe) -> None:
    """Raises ValueError where two sections contradict each other, naming what to change."""
    for check in (
        _check_folds,
        _check_items,
        _check_memory,
        _check_tie,
        _check_views,
        _check_batch,
        _check_rows,
    ):
        check(recipe)


def _check_folds(recipe: Recipe) -> None:
    if recipe.split.folds:
        because = f"is a share, and with split.folds={recipe.split.folds} a whole fold is tested"
        refuse_idle("split", recipe.split, ["test"], because, "leave split.folds out")


def _check_items(recipe: Recipe) -> None:
    check_takes(recipe.input, recipe.encoder)
    check_augments(recipe.input, recipe.augment)
    check_turns(recipe.input, recipe.batch)
    check_turns(recipe.right_side.input, recipe.batch)
    if recipe.right is not None:
        check_augments(recipe.right.input, recipe.right.augment, "right.")
    if recipe.right is not None and recipe.tie == "separate":
        check_takes(recipe.right.input, recipe.right.encoder, "right.")


def _check_memory(recipe: Recipe) -> None:
    if (recipe.memory is not None) != (recipe.batch.kind == "sequences"):
        raise ValueError(
            "a memory learns from sequences, and nothing else does: set batch.kind to "
            '"sequences" and memory.name to "mann", or leave both out'
        )
    if recipe.memory is not None and recipe.tie != "shared":
        raise ValueError(
            "a memory needs embeddings that do not depend on the side: set tie to "
            '"shared", or leave memory out'
        )
    if recipe.memory is None and recipe.validation.figure == "sequence":
        raise ValueError(
            "validation.figure=sequence asks a memory, and the recipe has none: set "
            'validation.figure to "auc", or memory.name to "mann"'
        )


def _check_tie(recipe: Recipe) -> None:
    if recipe.right is not None and recipe.tie == "shared":
        raise ValueError(
            "right is for other ties, and a shared tie reads and encodes both sides alike: set "
            'tie to "separate", or leave right out'
        )
    if recipe.reader is not None and recipe.tie != "shared":
        raise ValueError(
            "a reader combines the embeddings of a class's examples, and a "
            f'{recipe.tie} tie has no common embedding of both sides: set tie to "shared", or '
            "leave reader out"
        )
    if recipe.tie == "joint":
        _check_joint(recipe)


def _check_joint(recipe: Recipe) -> None:
    if recipe.metric.name != "decision":
        raise ValueError(
            "a joint tie has no embeddings for the metric "
            f"{recipe.metric.name} to compare, and scores the pair itself: set metric.name "
            'to "decision"'
        )
    if recipe.batch.kind == "classes":
        raise ValueError(
            "a joint tie scores pair by pair, and batches of classes ask for every pair of a "
            'batch: set batch.kind to "pairs"'
        )
    if recipe.right is not None and recipe.right.encoder != recipe.encoder:
        raise ValueError(
            "a joint tie has one encoder, of the pair: leave right.encoder out, or set tie to "
            '"separate"'
        )


def _check_views(recipe: Recipe) -> None:
    if recipe.test_time is None:
        return
    if recipe.input.kind != "image":
        raise ValueError(
            f"test_time mirrors pictures, and items of the kind {recipe.input.kind} are read: "
            "leave test_time out"
        )
    if recipe.tie != "shared" or recipe.memory is not None:
        raise ValueError(
            "test_time averages distances between items of a shared tie, without a memory: "
            'leave test_time out, or set tie to "shared" and leave memory out'
        )


def _check_batch(recipe: Recipe) -> None:
    if recipe.loss.name in ROW_LOSSES and recipe.batch.kind == "pairs":
        raise ValueError(
            f"the {recipe.loss.name} loss needs matching and different items side by side, and "
            'batches of pairs have one at a time: set batch.kind to "classes", or loss.name '
            'to "contrastive"'
        )
    grouped = any(map(_augments_groups, (recipe.augment, recipe.right_side.augment)))
    if grouped and recipe.tie != "shared":
        raise ValueError(
            f"augment.group transforms all items of a group alike, and a {recipe.tie} tie augments "
            'each side by itself: leave augment.group out, or set tie to "shared"'
        )
    if grouped and recipe.batch.kind not in GROUPED_BATCHES:
        raise ValueError(
            f"augment.group transforms all items of a group alike, and batches of "
            f"{recipe.batch.kind} have no such groups: leave augment.group out, or set "
            'batch.kind to "classes"'
        )
    if recipe.reader is not None and recipe.batch.kind != "episodes":
        raise ValueError(
            f"the reader {recipe.reader.name} answers episodes, and the batches are of kind "
            f'{recipe.batch.kind}: set batch.kind to "episodes", or leave the reader out'
        )


def _check_rows(recipe: Recipe) -> None:
    """Refused before training rather than after it."""
    for row in recipe.reproduction.rows if recipe.reproduction else ():
        check_measured(row, recipe.evaluation, pooled=bool(recipe.split.folds))


def _augments_groups(augment: AugmentChoice) -> bool:
    return isinstance(augment, AugmentSetting) and augment.group != GroupAugmentSetting()
