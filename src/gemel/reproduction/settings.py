"""Whether rows are as old as their recipe: a short name for all that it says, but its words."""

from __future__ import annotations

import json
from hashlib import sha256

from gemel.errors import RecipeError
from gemel.recipe import Recipe, load_recipe, named_recipes
from gemel.recipe.schema import WORDS
from gemel.reproduction.results import Entry

ROW_WORDS = frozenset({"what", "published", "source"})


def settings_of(recipe: Recipe) -> str:
    """Eight digits that change with what the recipe writes down and with what its rows ask.

    Defaults that it leaves alone are not among them: a setting that is new to Gemel makes no row
    old, nor does a default that changes.
    """
    tree = recipe.model_dump(mode="json", exclude={*WORDS, "seed", "tune"}, exclude_unset=True)
    asked = recipe.reproduction
    rows = [
        row.model_dump(mode="json", exclude=set(ROW_WORDS), exclude_unset=True)
        for row in (asked.rows if asked else ())
    ]
    told = json.dumps([tree, asked and asked.data, rows], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:8]


def is_old(entry: Entry) -> bool:
    """Whether the recipe of that name says something else by now, as far as is known."""
    if entry.settings is None or entry.recipe not in named_recipes():
        return False
    try:
        now = load_recipe(entry.recipe, entry.changes)
    except RecipeError:
        return True  # what was changed then is no setting any more
    return settings_of(now) != entry.settings
