"""A recipe is a whole experiment, declared in one TOML file."""

from __future__ import annotations

from gemel.recipe.files import check_recipe, load_recipe, named_recipes, recipe_text
from gemel.recipe.schema import InputSetting, Recipe

__all__ = [
    "InputSetting",
    "Recipe",
    "check_recipe",
    "load_recipe",
    "named_recipes",
    "recipe_text",
]
