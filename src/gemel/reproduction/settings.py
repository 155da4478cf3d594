"""Whether a recipe has changed since its rows were measured, by a digest of its settings."""

from __future__ import annotations

import json
from hashlib import sha256

from gemel.errors import RecipeError
from gemel.recipe.files import load_recipe
from gemel.recipe.named import named_recipes
from gemel.recipe.schema import WORDS, Recipe
from gemel.reproduction.results import Entry

ROW_WORDS = frozenset({"what", "published", "source"})


def settings_of(recipe: Recipe) -> str:
    """Digest, eight hexadecimal digits, of the settings that a recipe states, and of its rows.

    Descriptions and published figures are left out. So are defaults: neither a new setting of Gemel
    nor a changed default makes a row old.
    """
    tree = recipe.model_dump(mode="json", exclude={*WORDS, "seed", "tune"}, exclude_unset=True)
    reproduction = recipe.reproduction
    rows = [
        row.model_dump(mode="json", exclude=set(ROW_WORDS), exclude_unset=True)
        for row in (reproduction.rows if reproduction else ())
    ]
    text = json.dumps([tree, reproduction and reproduction.data, rows], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:8]


def is_old(entry: Entry) -> bool:
    """Whether the built-in recipe is known to have changed since the entry was measured."""
    if entry.settings is None or entry.recipe not in named_recipes():
        return False
    try:
        now = load_recipe(entry.recipe, entry.changes)
    except RecipeError:
        return True  # one of the entry's changes is no longer a valid setting
    return settings_of(now) != entry.settings
