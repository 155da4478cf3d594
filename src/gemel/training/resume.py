"""What a resumed run keeps: its recipe, and the length that it has trained for already."""

from __future__ import annotations

import math

from gemel.counting import count
from gemel.errors import RecipeError
from gemel.recipe.files import load_recipe
from gemel.recipe.schema import AFTERWARDS, WORDS, Recipe
from gemel.run import Run
from gemel.training.checkpoint import read_counters


def check_kept(recipe: Recipe, begun: Recipe) -> None:
    """Raises `RecipeError` if the recipe of a resumed run has changed.

    Except for the length of the training, descriptions, and what follows the training.
    """
    asked, kept = _but_its_length(recipe), _but_its_length(begun)
    changed = [
        key
        for key in Recipe.model_fields
        if key not in WORDS | AFTERWARDS and getattr(asked, key) != getattr(kept, key)
    ]
    if changed:
        raise RecipeError(
            "a resumed run keeps the recipe it was begun with, and now differs in "
            f"{', '.join(changed)}: leave out --recipe, --seed and --set, or train a new run"
        )


def _but_its_length(recipe: Recipe) -> Recipe:
    """The recipe with the settings of the training's length removed, for comparison."""
    keep = "best" if recipe.training.keeps_best else "last"
    update = {"epochs": None, "minutes": None, "patience": None, "keep": keep}
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=update)})


def trained_already(run: Run, recipe: Recipe, steps: int) -> str | None:
    """A sentence where a resumed training has its length already; None where more is to come.

    Raises `RecipeError` where another length is asked for than the run was begun with, and it has
    trained for longer: its recipe would then say what its matcher is not.
    """
    if not run.last_checkpoint.is_file():
        return None
    counters, asked = read_counters(run.last_checkpoint), recipe.training
    begun = load_recipe(run.recipe).training
    if asked.minutes is not None:
        done, wanted = counters.seconds / 60, asked.minutes
        length, longer = f"{done:.3g} minutes", f"--minutes above {done:.3g}"
    else:
        done, wanted = counters.step / steps, float(asked.epochs or 1)
        length = count(math.ceil(done), "epoch")
        longer = f"--epochs {math.ceil(done)} or more"
    if done < wanted:
        return None
    if done > wanted and (asked.epochs, asked.minutes) != (begun.epochs, begun.minutes):
        raise RecipeError(
            f"{run.path} has trained for {length}, and a resumed run does not become shorter, got "
            f"a length of {wanted:g}: ask for {longer}, or train a new run"
        )
    return f"{run.path} has trained for {length} already: no training follows."
