"""Recipes as files: the named ones that ship with Gemel, one's own, and single settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError

from gemel.errors import RecipeError
from gemel.recipe.schema import Recipe


def named_recipes() -> dict[str, str]:
    """The TOML text of every recipe that ships with Gemel, by name.

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
    """The TOML text of a recipe that ships with Gemel; `RecipeError` for another name."""
    known = named_recipes()
    if name not in known:
        raise RecipeError(f"there is no recipe {name!r}; {_nearest(name, known)}")
    return known[name]


def _nearest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(sorted(known))}"


def load_recipe(name_or_file: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """A recipe by name or from a TOML file, with `key=value` changes on top.

    Raises `RecipeError` for an unknown name, a broken file, an unknown key or a value that a
    setting refuses; each says what is possible instead.

    >>> load_recipe("default", ["training.minutes=1"]).training.minutes
    1.0
    """
    text = _text(name_or_file)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{name_or_file} is not a TOML file: {error}") from None
    for change in changes:
        _apply(tree, change)
    return check_recipe(tree, str(name_or_file))


def check_recipe(tree: Mapping[str, Any], origin: str) -> Recipe:
    """The recipe that a tree of settings declares; `RecipeError` for the first thing amiss."""
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        raise RecipeError(f"recipe {origin}: {_sentence(error)}") from None


def recipe_text(recipe: Recipe) -> str:
    """The recipe as TOML, every setting spelled out; reading it back gives the same recipe."""
    return tomli_w.dumps(recipe.model_dump(mode="json", exclude_none=True))


def _text(name_or_file: str | Path) -> str:
    known = named_recipes()
    if str(name_or_file) in known:
        return known[str(name_or_file)]
    path = Path(name_or_file)
    if path.is_file():
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path} cannot be read as a recipe: {error}") from None
    raise RecipeError(
        f"a recipe is a name or a TOML file, and {str(name_or_file)!r} is neither; "
        f"{_nearest(str(name_or_file), known)}"
    )


def _apply(tree: dict[str, Any], change: str) -> None:
    """Sets one dotted key; choosing another part by `name` or `kind` drops the old one's keys."""
    key, found, value = change.partition("=")
    if not found or not key.strip():
        raise RecipeError(f"a change is written key=value, as in loss.margin=0.5; got {change!r}")
    *parents, last = key.strip().split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
        if not isinstance(tree, dict):
            raise RecipeError(f"{change!r}: {parent} is a value and has no settings below it")
    parsed = _value(value.strip())
    if last in {"name", "kind"} and parents and tree.get(last) != parsed:
        tree.clear()
    if parents == ["training"] and last in {"epochs", "minutes"}:
        tree.pop("minutes" if last == "epochs" else "epochs", None)
    tree[last] = parsed


def _value(text: str) -> Any:
    """As TOML where it is TOML, else as a plain word."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _unknown_key(first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if not where:
        return message
    return f"{where}: {message[0].lower()}{message[1:]}, got {first['input']!r}"


def _unknown_key(location: tuple[int | str, ...]) -> str:
    models: list[type[BaseModel]] = [Recipe]
    path: list[str] = []
    for part in map(str, location[:-1]):
        inner = [m.model_fields[part].annotation for m in models if part in m.model_fields]
        if inner:
            path.append(part)
            models = [found for annotation in inner for found in _models(annotation)]
        else:  # the name of a chosen part, or a key of a table such as optimizer.layers
            chosen = [m for m in models if part in _names(m)]
            path += [] if chosen else [part]
            models = chosen or models
    key = str(location[-1])
    known = {name for found in models for name in found.model_fields}
    return f"there is no setting {'.'.join([*path, key])}; {_nearest(key, known)}"


def _names(model: type[BaseModel]) -> tuple[Any, ...]:
    """The values by which a part is chosen."""
    fields = [model.model_fields[key] for key in ("name", "kind") if key in model.model_fields]
    return tuple(value for field in fields for value in getattr(field.annotation, "__args__", ()))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models(part)]
