"""Whether rows are as old as their recipe: a short name for all that it says, but its words."""

from __future__ import annotations

import json
from hashlib import sha256

from gemel.recipe import Recipe, load_recipe, named_recipes
from gemel.recipe.schema import WORDS
from gemel.reproduction.results import Entry

ROW_WORDS = frozenset({"what", "published", "source"})


def settings_of(recipe: Recipe) -> str:
    """Eight digits that change with the recipe's settings and with what its rows ask.

    Defaults that it leaves alone are not among them: a setting that is new to Gemel makes no row
    old.
    """
    tree = recipe.model_dump(mode="json", exclude={*WORDS, "seed"}, exclude_unset=True)
    rows = [
        row.model_dump(mode="json", exclude=set(ROW_WORDS), exclude_unset=True)
        for row in (recipe.reproduction.rows if recipe.reproduction else ())
    ]
    told = json.dumps([tree, rows], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:8]


def is_old(entry: Entry) -> bool:
    """Whether the recipe of that name says something else by now, as far as is known."""
    if entry.settings is None or entry.recipe not in named_recipes():
        return False
    return settings_of(load_recipe(entry.recipe, entry.changes)) != entry.settings
