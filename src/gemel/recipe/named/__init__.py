"""The recipes that ship with Gemel, as text: listing them needs neither schema nor numpy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.resources import files

from gemel.errors import RecipeError


def named_recipes() -> dict[str, str]:
    """The TOML text of every recipe that ships with Gemel, keyed and sorted by name.

    >>> "default" in named_recipes()
    True
    """
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted(texts.items()))


def named_text(name: str) -> str:
    """The TOML text of a recipe that ships with Gemel; raises `RecipeError` for any other name."""
    known = named_recipes()
    if name not in known:
        raise RecipeError(f"there is no recipe {name!r}; {nearest(name, known)}")
    return known[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """The closest known name as a suggestion, or the list of all of them."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(sorted(known))}"
