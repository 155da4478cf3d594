"""Loading recipes: by name or from a TOML file, with `key=value` changes on top."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

import tomli_w
from pydantic import ValidationError

from gemel.errors import RecipeError
from gemel.recipe.schema import Recipe
from gemel.recipe.slips import nearest, sentence

Change: TypeAlias = str | tuple[str, Any]
"""A changed setting: the text `key=value`, or a tuple of its dotted key and its value.

An empty text behind the `=`, or None, restores the default.
"""

CHOOSING = frozenset({"name", "kind"})
"""Keys that select a section's variant; its other keys are the settings of that variant."""


def named_recipes() -> dict[str, str]:
    """The TOML text of every recipe that ships with Gemel, keyed and sorted by name.

    >>> "default" in named_recipes()
    True
    """
    folder = files("gemel.recipe") / "named"
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted(texts.items()))


def named_text(name: str) -> str:
    """The TOML text of a recipe that ships with Gemel; raises `RecipeError` for any other name."""
    known = named_recipes()
    if name not in known:
        raise RecipeError(f"there is no recipe {name!r}; {nearest(name, known)}")
    return known[name]


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
    settings = map(key_and_value, changes)
    for key, value in sorted(settings, key=lambda setting: order_of(setting[0])):
        if value is None:
            _unset(tree, key)
        else:
            set_at(tree, key, value)
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


def key_and_value(change: Change) -> tuple[str, Any]:
    """The dotted key and the value of a change; raises `RecipeError` unless it is `key=value`.

    >>> key_and_value("loss.temperature=0.2"), key_and_value("input.size=")
    (('loss.temperature', 0.2), ('input.size', None))
    """
    if not isinstance(change, str):
        return change
    key, found, value = change.partition("=")
    if not found or not key.strip():
        raise RecipeError(
            f"a change is written key=value, as in loss.temperature=0.2; got {change!r}"
        )
    return key.strip(), _value(value.strip()) if value.strip() else None


def _unset(tree: dict[str, Any], key: str) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        tree = tree.get(parent, {})
        if not isinstance(tree, dict):
            raise RecipeError(
                f"{key!r} cannot be left out, since {parent} is a value by itself: leave out "
                f"{key.rpartition('.')[0]!r}, or give a value after the ="
            )
    tree.pop(last, None)


def order_of(key: str) -> tuple[bool, int]:
    """Sort key that puts `name` and `kind` first: choosing a variant drops the old one's settings.

    >>> sorted(["optimizer.momentum", "optimizer.name", "seed"], key=order_of)
    ['optimizer.name', 'seed', 'optimizer.momentum']
    """
    *parents, last = key.strip().split(".")
    return last not in CHOOSING, len(parents)


def set_at(tree: dict[str, Any], key: str, value: Any) -> None:
    """Set one dotted key in place; another `name` or `kind` drops the settings of the old variant.

    A number in the key is an index into a list. Raises `RecipeError` where the key leads nowhere.

    >>> tree = {"encoder": {"kernels": [10, 7]}}
    >>> set_at(tree, "encoder.kernels.0", 5)
    >>> tree
    {'encoder': {'kernels': [5, 7]}}
    """
    *parents, last = key.split(".")
    place: Any = tree
    for parent in parents:
        if isinstance(place, list):
            place = place[_position(place, parent, key)]
        else:
            place = place.setdefault(parent, {})
        if not isinstance(place, dict | list):
            raise RecipeError(f"{key!r}: {parent} is a value and has no settings below it")
    if isinstance(place, list):
        place[_position(place, last, key)] = value
        return
    if last in CHOOSING and parents and place.get(last) != value:
        place.clear()
    if parents == ["training"] and last in {"epochs", "minutes"}:
        place.pop("minutes" if last == "epochs" else "epochs", None)
    place[last] = value


def _position(values: list[Any], text: str, key: str) -> int:
    if not text.isdecimal() or int(text) >= len(values):
        raise RecipeError(
            f"{key!r}: an index of this list is a number from 0 to {len(values) - 1}, got {text!r}"
        )
    return int(text)


def _value(text: str) -> Any:
    """The value of a TOML expression, or the text itself where it is not TOML."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
