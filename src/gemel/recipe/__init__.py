"""Recipes: a whole experiment, declared in one TOML file."""

from __future__ import annotations

from gemel.recipe.files import check_recipe, load_recipe, recipe_text
from gemel.recipe.reading import ImageReading, InputSetting, SeriesReading, TextReading
from gemel.recipe.schema import Recipe

__all__ = [
    "ImageReading",
    "InputSetting",
    "Recipe",
    "SeriesReading",
    "TextReading",
    "check_recipe",
    "load_recipe",
    "recipe_text",
]
