"""Changes of single settings on top of a recipe, as in `--set loss.temperature=0.2`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, TypeAlias

from gemel.errors import RecipeError

Change: TypeAlias = str | tuple[str, Any]
"""A changed setting: the text `key=value`, or a tuple of its dotted key and its value.

An empty text behind the `=`, or None, restores the default.
"""

CHOOSING = frozenset({"name", "kind"})
"""Keys that select a section's variant; its other keys are the settings of that variant."""


def apply_changes(tree: dict[str, Any], changes: Sequence[Change]) -> None:
    """Change a tree of settings in place; raises `RecipeError` for a change that is none."""
    settings = map(key_and_value, changes)
    for key, value in sorted(settings, key=lambda setting: order_of(setting[0])):
        if value is None:
            _unset(tree, key)
        else:
            set_at(tree, key, value)


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


def _value(text: str) -> Any:
    """The value of a TOML expression, or the text itself where it is not TOML."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def order_of(key: str) -> tuple[bool, int]:
    """Sort key that puts `name` and `kind` first: choosing a variant drops the old one's settings.

    >>> sorted(["optimizer.momentum", "optimizer.name", "seed"], key=order_of)
    ['optimizer.name', 'seed', 'optimizer.momentum']
    """
    *parents, last = key.strip().split(".")
    return last not in CHOOSING, len(parents)


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
