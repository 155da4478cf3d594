"""The shapes of `gemel.shapes`, checked at run time while tests run (jaxtyping with beartype)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from beartype import BeartypeConf, beartype
from beartype.roar import BeartypeDecorHintPep3119Exception

CHECKED = ["encoders", "metrics", "losses", "augment", "twin", "planning", "export", "training"]

CONVENTIONS = BeartypeConf(is_pep484_tower=True)
"""A whole number will do where a float is wanted, as for mypy."""

T = TypeVar("T", bound=Callable[..., object])


def checked(function: T) -> T:
    """Checks every call, except of functions that take a protocol: mypy alone can check those."""
    try:
        return beartype(conf=CONVENTIONS)(function)
    except BeartypeDecorHintPep3119Exception:
        return function
