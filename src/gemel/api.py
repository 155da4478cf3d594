"""Training as one call, for Python; the command line asks the same of the same rooms."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gemel.errors import MissingExtra, RecipeError
from gemel.progress import Silent, shown_progress

if TYPE_CHECKING:
    from gemel.inputs import Kind
    from gemel.run import Run


LENGTHS = ("training.minutes", "training.epochs")
"""Settings of which one says how long a training is."""


def train(
    data: str | Path | None,
    *,
    recipe: str | Path | None = None,
    out: str | Path | None = None,
    minutes: float | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | Sequence[str] = (),
    resume: bool = False,
    devices: int | str = "auto",
    kind: Kind | None = None,
    quiet: bool = False,
) -> Run:
    """Trains a matcher on a folder, a table or a built-in set; returns the run it is in.

    `settings` changes single settings of the recipe, as in {"loss.temperature": 0.2} or as
    ["loss.temperature=0.2"]. `resume` goes on with an unfinished run of these data, or with that in
    `out`. `devices` is 1 or "auto" so far. `kind` says what the cells of a table hold, where they
    alone would be taken for something else. One of `minutes` and `epochs` may be given. Needs the
    extra `train`. Raises `DataError` or `RecipeError` where data or settings cannot serve,
    `RunError` where `out` is in use.

    >>> run = train("digits", out="runs/mine", epochs=1, settings={"encoder.width": 4}, quiet=True)
    >>> run.report.is_file()
    True
    """
    try:
        from gemel.training.order import Order
        from gemel.training.train import train as carry_out
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "train", "training") from error
    if minutes is not None and epochs is not None:
        raise RecipeError(f"give minutes or epochs, not both: got {minutes} and {epochs}")
    if isinstance(settings, str):
        raise RecipeError(f"settings are a mapping or a list of key=value, got {settings!r}")
    asked = {"training.minutes": minutes, "training.epochs": epochs, "seed": seed}
    changes = [f"{key}={value}" for key, value in asked.items() if value is not None]
    pairs = settings.items() if isinstance(settings, Mapping) else ()
    own = [f"{key}={_written(key, value)}" for key, value in pairs] or list(settings)
    _refuse_two_lengths(asked, own)
    changes += own
    order = Order(
        # A path is never a built-in name: the folder `digits` may be meant.
        data=str(data.absolute()) if isinstance(data, Path) else data,
        recipe=None if recipe is None else str(recipe),
        changes=changes,
        out=None if out is None else Path(out),
        resume=resume,
        devices=devices,
        kind=kind,
    )
    return carry_out(order, Silent() if quiet else shown_progress())


def _refuse_two_lengths(asked: Mapping[str, float | None], own: Sequence[str]) -> None:
    """Raises RecipeError where minutes and epochs are asked for, or one of them twice."""
    said = [f"{key}={asked[key]}" for key in LENGTHS if asked[key] is not None]
    settings = {key: change for change in own for key in _lengths_in(change)}
    said += settings.values()
    if len(said) > 1:
        raise RecipeError(f"give the length of a training once: got {' and '.join(said)}")


def _lengths_in(change: str) -> list[str]:
    """Those of `LENGTHS` that a change gives a value, by itself or within the section."""
    key, _, value = (part.strip() for part in change.partition("="))
    if key != "training":
        return [key] if key in LENGTHS and value else []
    with suppress(tomllib.TOMLDecodeError):  # which the recipe tells of
        section = tomllib.loads(f"training = {value}")["training"]
        return [each for each in LENGTHS if each.partition(".")[2] in section]
    return []


def _written(key: str, value: Any) -> str:
    """A setting as TOML has it, which shares words, numbers, truth values and lists with JSON."""
    if value is None:
        return ""  # taken out of the recipe, as `key=` on the command line
    try:
        return _toml(value)
    except TypeError:
        raise RecipeError(
            f"{key} takes a word, a number, a truth value, or a list or a mapping of these, got "
            f"{type(value).__name__}"
        ) from None


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = [
            f"{json.dumps(str(key), ensure_ascii=False)} = {_toml(own)}"
            for key, own in value.items()
            if own is not None
        ]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Path):
        value = str(value)
    return json.dumps(value.item() if isinstance(value, np.generic) else value, ensure_ascii=False)
