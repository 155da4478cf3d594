"""Pydantic's errors about a recipe, as one sentence that names the setting as written in TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from gemel.recipe.named import nearest
from gemel.recipe.schema import Recipe

Location = tuple[int | str, ...]
Models = list[type[BaseModel]]


def sentence(error: ValidationError) -> str:
    """Describe the first error; for a setting of several types, all types that it takes."""
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
    """What a value must be: pydantic's message without its prefix and its explanation."""
    for opening in ("Value error, ", "Input should be "):
        message = message.removeprefix(opening)
    message = message.replace("Tuple should have ", "a list of ")
    message = message.replace("a valid tuple", "a list")
    return message.partition(", unable to")[0].partition(" after validation")[0]


def _unknown_part(where: str, context: Mapping[str, Any]) -> str:
    """Describe a `name` or `kind` that selects no variant."""
    known = re.findall("'([^']+)'", context["expected_tags"])
    return f"there is no {where} {context['tag']!r}; {nearest(context['tag'], known)}"


def _unknown(location: Location) -> str:
    path, models = _place(location[:-1])
    key = str(location[-1])
    known = {name for found in models for name in found.model_fields}
    inner = [] if path else _below(key, models)
    if inner:
        return f"there is no setting {key}; did you mean {inner[0]!r}?"
    return f"there is no setting {'.'.join([*path, key])}; {nearest(key, known)}"


def _below(key: str, models: Models) -> list[str]:
    """Dotted keys of the sections that have a setting of this name: `loss.margin` for `margin`."""
    return [
        f"{section}.{key}"
        for recipe in models
        for section, field in recipe.model_fields.items()
        if any(key in model.model_fields for model in _models(field.annotation))
    ]


def _place(location: Location) -> tuple[list[str], Models]:
    """The dotted path that pydantic's location means, and the models whose fields may follow it.

    What pydantic adds on the way is left out: the tag of a variant, the branch of a union.
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
    """The values of `name` or `kind` that select this model."""
    fields = [model.model_fields[key] for key in ("name", "kind") if key in model.model_fields]
    return tuple(value for field in fields for value in getattr(field.annotation, "__args__", ()))


def _models(annotation: Any) -> Models:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models(part)]
