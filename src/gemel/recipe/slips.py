"""What is wrong with a recipe, in one sentence that names the setting as its writer knows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from gemel.recipe.schema import Recipe

Location = tuple[int | str, ...]
Models = list[type[BaseModel]]


def nearest(name: str, known: Iterable[str]) -> str:
    """What was meant, or what there is."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(sorted(known))}"


def sentence(error: ValidationError) -> str:
    """The first thing amiss; where a setting takes several kinds of value, all of them."""
    errors = error.errors()
    first = errors[0]
    path, _ = _place(first["loc"])
    where = ".".join(path)
    match first["type"]:
        case "extra_forbidden":
            return _unknown(first["loc"])
        case "missing" | "union_tag_not_found":
            return f"{where} is missing"
        case "union_tag_invalid":
            return _unknown_part(where, first["ctx"])
    if first["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        ranges = path[0] == "tune" and len(path) == 2
        what = "{low = …, high = …} or {choices = […]}" if ranges else "a section"
        return f"{where} must be {what}, got {first['input']!r}"
    found = [_wanted(each["msg"]) for each in errors if _place(each["loc"])[0] == path]
    if first["type"] == "value_error":
        return found[0]  # our own sentence, which names its settings
    return f"{where} must be {' or '.join(dict.fromkeys(found))}, got {first['input']!r}"


def _wanted(message: str) -> str:
    """What a value must be, without pydantic's way of beginning and of explaining itself."""
    for opening in ("Value error, ", "Input should be "):
        message = message.removeprefix(opening)
    message = message.replace("Tuple should have ", "a list of ")
    message = message.replace("a valid tuple", "a list")
    return message.partition(", unable to")[0].partition(" after validation")[0]


def _unknown_part(where: str, context: Mapping[str, Any]) -> str:
    """A `name` or `kind` that no part has."""
    known = re.findall("'([^']+)'", context["expected_tags"])
    return f"there is no {where} {context['tag']!r}; {nearest(context['tag'], known)}"


def _unknown(location: Location) -> str:
    path, models = _place(location[:-1])
    key = str(location[-1])
    known = {name for found in models for name in found.model_fields}
    if not path:
        close = get_close_matches(key, known, n=1)
        inner = [] if close else _below(key, models)
        if inner:
            return f"there is no setting {key}; did you mean {inner[0]!r}?"
    return f"there is no setting {'.'.join([*path, key])}; {nearest(key, known)}"


def _below(key: str, models: Models) -> list[str]:
    """The settings of sections that are called so, as `margin` for loss.margin."""
    return [
        f"{section}.{key}"
        for recipe in models
        for section, field in recipe.model_fields.items()
        if any(key in model.model_fields for model in _models(field.annotation))
    ]


def _place(location: Location) -> tuple[list[str], Models]:
    """The setting that pydantic's location means, and the settings that may be below it.

    Pydantic's own words on the way are left out: the chosen part, the branch of a union.
    """
    models: Models = [Recipe]
    path: list[str] = []
    for part in location:
        inner = [m.model_fields[part].annotation for m in models if part in m.model_fields]
        chosen = [m for m in models if part in _names(m)]
        if inner:
            models = [found for annotation in inner for found in _models(annotation)]
        elif chosen:
            models = chosen
        if inner or (models and not chosen) or isinstance(part, int):
            path.append(str(part))
    return path, models


def _names(model: type[BaseModel]) -> tuple[Any, ...]:
    """The values by which a part is chosen."""
    fields = [model.model_fields[key] for key in ("name", "kind") if key in model.model_fields]
    return tuple(value for field in fields for value in getattr(field.annotation, "__args__", ()))


def _models(annotation: Any) -> Models:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models(part)]
