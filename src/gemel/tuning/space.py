"""The search space: a recipe's `[tune]` section, and the recipe with a trial's values in it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from itertools import product
from typing import Any

from gemel.errors import RecipeError
from gemel.recipe.changes import apply_changes
from gemel.recipe.files import check_recipe
from gemel.recipe.ranges import Value
from gemel.recipe.schema import Recipe

SEARCHED = frozenset({"encoder", "metric", "loss", "batch", "augment", "optimizer", "schedule"})
"""Sections that may be searched. The others would change what the figure is measured on."""


def check_space(recipe: Recipe) -> None:
    """Raise `RecipeError` for an empty search space or a setting that cannot be searched.

    The ends of each range are validated in the recipe, under every condition that the setting is
    searched under, so mistakes show before the first trial.
    """
    if not recipe.tune:
        raise RecipeError(
            f"a search needs a recipe with a section [tune], and {recipe.name} has none: add it, "
            'with lines like "optimizer.learning_rate" = {low = 1e-4, high = 1e-1, log = true}'
        )
    for key, searched in recipe.tune.items():
        if key.partition(".")[0] not in SEARCHED:
            raise RecipeError(
                f"tune.{key} cannot be searched, since trials must be measured alike: search "
                f"settings of {', '.join(sorted(SEARCHED))}"
            )
        _check_conditions(recipe, key)
        for beside, value in product(_conditions(recipe, key), searched.ends):
            with_values(recipe, {**beside, key: value})


def _check_conditions(recipe: Recipe, key: str) -> None:
    above = list(recipe.tune)[: list(recipe.tune).index(key)]
    for other, values in (recipe.tune[key].when or {}).items():
        choices = recipe.tune[other].choices if other in above else None
        if choices is None or not set(values) <= set(choices):
            raise RecipeError(
                f"tune.{key}.when names settings that stand above it in [tune] and values among "
                f"their choices: got {other} = {list(values)}"
            )


def _conditions(recipe: Recipe, key: str) -> list[dict[str, Value]]:
    """All combinations of other settings under which `key` is searched, their own included."""
    when = recipe.tune[key].when or {}
    own = [dict(zip(when, values, strict=True)) for values in product(*when.values())]
    above = product(*(_conditions(recipe, other) for other in when))
    return [dict(ChainMap(chosen, *others)) for chosen, others in product(own, above)]


def with_values(recipe: Recipe, values: Mapping[str, Value]) -> Recipe:
    """The recipe with some settings replaced; raises `RecipeError` where they are incompatible."""
    tree = recipe.model_dump(mode="json", exclude_none=True)
    apply_changes(tree, tuple(values.items()))
    return check_recipe(tree, recipe.name)


def own_values(recipe: Recipe) -> dict[str, Value]:
    """The recipe's own values of the searched settings that lie within their ranges."""
    tree = recipe.model_dump(mode="json", exclude_none=True)
    own: dict[str, Value] = {}
    for key, searched in recipe.tune.items():
        if searched.counts_beside(own) and searched.holds(value := _at(tree, key)):
            own[key] = value
    return own


def _at(tree: Any, key: str) -> Any:
    for part in key.split("."):
        if isinstance(tree, list):
            tree = tree[int(part)]
        elif isinstance(tree, dict):
            tree = tree.get(part)
    return tree
