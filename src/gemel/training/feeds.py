"""Items on their way from a pack into a training, augmented as the recipe has it."""

from __future__ import annotations

from gemel.measure.packed import PackedSide, PackedSides
from gemel.recipe import Recipe
from gemel.recipe.augmentation import AugmentChoice
from gemel.training.augmenting import build_augment
from gemel.training.plan import Feed


def build_feeds(recipe: Recipe, packed: PackedSides) -> tuple[Feed, Feed]:
    """The feeds of the left and of the right side; a shared tie has one for both."""
    left = _feed(packed.left, recipe.augment)
    shared = recipe.tie == "shared"
    return left, left if shared else _feed(packed.right, recipe.right_side.augment)


def _feed(packed: PackedSide, setting: AugmentChoice) -> Feed:
    return Feed(packed.feed, build_augment(setting, packed.input))
