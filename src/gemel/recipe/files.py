"""Loading recipes: by name or from a TOML file, with `key=value` changes on top."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from gemel.errors import RecipeError
from gemel.recipe.changes import Change, apply_changes
from gemel.recipe.named import named_recipes, nearest
from gemel.recipe.schema import Recipe
from gemel.recipe.slips import sentence


def load_recipe(name_or_file: str | Path, changes: Sequence[Change] = ()) -> Recipe:
    """Load a recipe by name or from a TOML file, and apply changes to it.

    Raises `RecipeError`, which says what is possible instead, for an unknown name, an unreadable
    file, an unknown key or an invalid value.

    >>> load_recipe("default", ["training.minutes=1"]).training.minutes
    1.0
    """
    text = _text(name_or_file)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{name_or_file} is not a TOML file: {error}") from None
    apply_changes(tree, changes)
    return check_recipe(tree, str(name_or_file))


def check_recipe(tree: Mapping[str, Any], origin: str) -> Recipe:
    """Validate a tree of settings; raises `RecipeError` for the first mistake."""
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        raise RecipeError(f"recipe {origin}: {sentence(error)}") from None


def recipe_text(recipe: Recipe) -> str:
    """The recipe as TOML with every default written out; loading it gives the same recipe."""
    return tomli_w.dumps(recipe.model_dump(mode="json", exclude_none=True))


def _text(name_or_file: str | Path) -> str:
    if name_or_file == "":
        raise RecipeError(
            "a recipe is a name or a TOML file, and none is named: give one, as gemel recipes "
            "lists them, or leave the recipe out"
        )
    known = named_recipes()
    if str(name_or_file) in known:
        return known[str(name_or_file)]
    path = Path(name_or_file)
    if path.is_file():
        try:
            return path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path} cannot be read as a recipe: {error}") from None
    raise RecipeError(
        f"a recipe is a name or a TOML file, and {str(name_or_file)!r} is neither; "
        f"{nearest(str(name_or_file), known)}"
    )
